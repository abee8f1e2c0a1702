#include "support/gguf_builder.h"

namespace q3l::testing {

void GgufBuilder::text(Section& section, std::string_view value) {
  number(section, uint64_t{value.size()});
  section.bytes += value;
}

void GgufBuilder::begin_key(std::string_view name, uint32_t type) {
  text(keys_, name);
  number(keys_, type);
  ++keys_.count;
}

void GgufBuilder::begin_array(std::string_view name, uint32_t type, uint64_t count) {
  begin_key(name, static_cast<uint32_t>(gguf::ValueType::array));
  number(keys_, type);
  number(keys_, count);
}

void GgufBuilder::key(std::string_view name, std::string_view value) {
  begin_key(name, static_cast<uint32_t>(gguf::ValueType::string));
  text(keys_, value);
}

void GgufBuilder::key(std::string_view name, const std::vector<std::string>& texts) {
  begin_array(name, static_cast<uint32_t>(gguf::ValueType::string), texts.size());
  for (const std::string& value : texts) text(keys_, value);
  forget_elements(texts.size());
}

void GgufBuilder::forget_elements(size_t n) {
  if (n > 2)
    keys_.fields.erase(keys_.fields.end() - static_cast<std::ptrdiff_t>(n) + 1,
                       keys_.fields.end() - 1);
}

void GgufBuilder::tensor(std::string_view name, uint32_t type, const std::vector<uint64_t>& shape,
                         std::string_view data) {
  data_.resize((data_.size() + alignment - 1) / alignment * alignment);
  tensor_at(name, type, shape, data_.size());
  data_ += data;
}

void GgufBuilder::tensor_at(std::string_view name, uint32_t type,
                            const std::vector<uint64_t>& shape, uint64_t offset) {
  text(tensors_, name);
  number(tensors_, static_cast<uint32_t>(shape.size()));
  for (uint64_t extent : shape) number(tensors_, extent);
  number(tensors_, type);
  number(tensors_, offset);
  ++tensors_.count;
}

std::string GgufBuilder::counts() const {
  Section start{"GGUF", {}, 0};
  number(start, version);
  number(start, tensors_.count);
  number(start, keys_.count);
  return start.bytes;
}

std::string GgufBuilder::header() const {
  return counts() + keys_.bytes + tensors_.bytes;
}

std::string GgufBuilder::bytes() const {
  std::string file = header();
  file.resize((file.size() + alignment - 1) / alignment * alignment);
  return file + data_;
}

std::vector<Field> GgufBuilder::fields() const {
  std::vector<Field> all = {{0, 4}, {4, 4}, {8, 8}, {16, 8}};
  size_t start = counts().size();
  for (const Section* section : {&keys_, &tensors_}) {
    for (const Field& field : section->fields) all.push_back({start + field.offset, field.size});
    start += section->bytes.size();
  }
  return all;
}

}  // namespace q3l::testing
