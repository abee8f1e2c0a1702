// An expert pack's file, docs/formats/expert_pack.md: what it says about itself, checked. Whether
// it suits a model's layers is theirs to say.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gguf/reader.h"

namespace q3l {

enum class PackMode { replace, parallel };
const char* name_of(PackMode mode);

struct ExpertPack {
  // Whether a file says that it is a pack.
  static bool is_in(const gguf::Reader& file);
  // Throws FileError, ModelFormatError, UnsupportedModelError, all naming the file.
  explicit ExpertPack(const std::string& path);

  std::unique_ptr<const gguf::Reader> file;
  std::string architecture;  // the model's
  std::string name;          // its own, may be empty
  PackMode mode;
  bool has_trunk;  // choice 0 is the layer's own dense network
  int count;       // choices
  int n_used;      // of a token
  bool renormalises;
  std::vector<std::string> names, roles;  // of all choices, or empty
  std::vector<int> layers;                // that it has routers for, ascending
  std::string base_name;                  // may be empty
  uint64_t base;                          // the model's fingerprint

  // Tells packs apart: of the header, the tensors' beginnings and the choices a token takes.
  uint64_t checksum(int n_used) const;
};

// Of a model, whatever the types of its weights.
uint64_t model_fingerprint(const gguf::Reader& model);
// As files and messages show it.
std::string hexadecimal(uint64_t fingerprint);

}  // namespace q3l
