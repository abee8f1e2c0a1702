#include "quant/format.h"

#include <algorithm>
#include <cctype>
#include <vector>

#include "quant/codecs.h"

namespace q3l {

namespace {

std::vector<Format> make_formats() {
  std::vector<Format> all = {
#define Q3L_FORMAT(file, type, number, family, values, bytes) \
  {#type, number, Family::family, 0, values, bytes, decode_##file, encode_##file},
#include "quant/formats.def"
#undef Q3L_FORMAT
  };
  int next[kFamilies] = {};
  for (Format& f : all) f.index = next[static_cast<int>(f.family)]++;
  return all;
}

}  // namespace

std::span<const Format> formats() {
  static const std::vector<Format> all = make_formats();
  return all;
}

const Format* find_format(uint32_t ggml_type) {
  for (const Format& f : formats()) {
    if (f.ggml_type == ggml_type) return &f;
  }
  return nullptr;
}

const Format* find_format(std::string_view name) {
  auto same = [](char a, char b) { return std::toupper(static_cast<unsigned char>(a)) == b; };
  for (const Format& f : formats()) {
    if (std::ranges::equal(name, std::string_view(f.name), same)) return &f;
  }
  return nullptr;
}

}  // namespace q3l
