#include "gguf/reader.h"

#include <bit>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <utility>

#include "base/error.h"

namespace q3l::gguf {

static_assert(std::endian::native == std::endian::little, "GGUF is read in place");

namespace {

template <class T>
T load(const uint8_t* p) {
  T value;
  std::memcpy(&value, p, sizeof value);
  return value;
}

std::string_view load_string(const uint8_t* p) {
  return {reinterpret_cast<const char*>(p + 8), load<uint64_t>(p)};
}

constexpr uint64_t kMaxStringBytes = uint64_t{1} << 30;
constexpr uint64_t kMaxAlignment = uint64_t{1} << 20;
constexpr uint64_t kMaxValues = uint64_t{1} << 48;

}  // namespace

std::string_view StringCursor::next() {
  std::string_view s = load_string(p_);
  p_ += 8 + s.size();
  --left_;
  return s;
}

// Walks one part's header; every read goes through take(), which checks the bounds.
class Reader::Parser {
 public:
  explicit Parser(const FileMap& file)
      : path_(file.path()), begin_(file.data()), p_(begin_), end_(begin_ + file.size()) {}

  template <class T>
  T scalar(const char* what) {
    return load<T>(take(sizeof(T), what));
  }

  std::string_view string(const char* what) {
    const uint8_t* start = p_;
    uint64_t n = scalar<uint64_t>(what);
    if (n > kMaxStringBytes) fail(std::string(what) + " claims " + std::to_string(n) + " bytes");
    take(n, what);
    return load_string(start);
  }

  Value value(std::string_view key) {
    Value v{ValueType(scalar<uint32_t>("a value type")), false, 1, p_};
    if (v.type == ValueType::array) {
      v.is_array = true;
      v.type = ValueType(scalar<uint32_t>("an array's value type"));
      v.count = scalar<uint64_t>("an array's length");
      v.payload = p_;
    }
    if (v.type == ValueType::string) {
      // Each string has at least its length, so a false count fails within the file's size.
      for (uint64_t i = 0; i < v.count; ++i) string("a metadata string");
    } else if (size_t bytes = scalar_bytes(v.type)) {
      if (v.count > left() / bytes)
        fail("the array at key " + quoted(std::string(key)) + " is longer than the file");
      take(v.count * bytes, "a metadata value");
    } else {
      fail("key " + quoted(std::string(key)) + " has the unknown value type " +
           std::to_string(static_cast<uint32_t>(v.type)));
    }
    return v;
  }

  uint64_t alignment(const Value& v) const {
    uint64_t alignment = v.type == ValueType::u32 && !v.is_array ? load<uint32_t>(v.payload) : 0;
    if (alignment == 0 || !std::has_single_bit(alignment) || alignment > kMaxAlignment) {
      fail("general.alignment is not a 32-bit power of two in range");
    }
    return alignment;
  }

  void check_part(const Value& v, int part, int n_parts) const {
    if (v.type != ValueType::u16 || v.is_array) fail("split.no is not a 16-bit integer");
    if (int named = load<uint16_t>(v.payload); named != part) {
      fail("it is part " + std::to_string(named + 1) + " of a split model, not part " +
           std::to_string(part + 1) + (n_parts > 1 ? " as its name says" : ", to be opened first"));
    }
  }

  // One tensor's entry; its data pointer stays null until the data section's start is known.
  Tensor tensor(uint64_t* offset) {
    Tensor t{std::string(string("a tensor name")), nullptr, 0, {1, 1, 1, 1}, nullptr, 0};
    uint32_t n_dims = scalar<uint32_t>("a tensor's dimensions");
    if (n_dims < 1 || n_dims > kMaxDims)
      fail("tensor " + quoted(t.name) + " has an impossible rank");
    t.n_dims = static_cast<int>(n_dims);
    uint64_t values = 1;
    for (int d = 0; d < t.n_dims; ++d) {
      uint64_t extent = t.shape[d] = scalar<uint64_t>("a tensor's shape");
      if (extent == 0 || extent > kMaxValues || values > kMaxValues / extent) {
        fail("tensor " + quoted(t.name) + " has an impossible shape");
      }
      values *= extent;
    }
    uint32_t type = scalar<uint32_t>("a tensor's type");
    *offset = scalar<uint64_t>("a tensor's offset");
    t.layout = type_layout(type);
    if (!t.layout) {
      throw UnsupportedModelError(path_ + ": tensor " + quoted(t.name) + " has the unknown type " +
                                  std::to_string(type) + "; convert the model to a known one");
    }
    if (t.shape[0] % t.layout->values != 0) {
      fail("rows of tensor " + quoted(t.name) + " are no whole number of " + t.layout->name +
           " blocks");
    }
    t.bytes = values / t.layout->values * t.layout->bytes;
    return t;
  }

  uint64_t offset() const { return static_cast<uint64_t>(p_ - begin_); }
  uint64_t left() const { return static_cast<uint64_t>(end_ - p_); }

  [[noreturn]] void fail(const std::string& what) const {
    throw ModelFormatError(path_ + " is not a valid GGUF file: " + what +
                           "; download or convert it again");
  }

 private:
  const uint8_t* take(uint64_t n, const char* what) {
    if (n > left()) fail("it ends inside " + std::string(what) + " (truncated)");
    const uint8_t* start = p_;
    p_ += n;
    return start;
  }

  const std::string& path_;
  const uint8_t* begin_;
  const uint8_t* p_;
  const uint8_t* end_;
};

namespace {

// "model-00001-of-00003.gguf" -> the name of part `part`; a file that is not split keeps its name.
std::string part_path(const std::string& path, int part, int n_parts) {
  constexpr size_t kSuffix = sizeof("-00001-of-00001.gguf") - 1;
  if (n_parts == 1) return path;
  int named_part = 0, named_count = 0;
  if (path.size() < kSuffix ||
      std::sscanf(path.c_str() + path.size() - kSuffix, "-%5d-of-%5d.gguf", &named_part,
                  &named_count) != 2 ||
      named_count != n_parts) {
    throw ModelFormatError(path + " is one of " + std::to_string(n_parts) +
                           " parts but is not named like -00001-of-0000N.gguf; rename the parts");
  }
  if (named_part != 1) {
    throw ModelFormatError(path + " is part " + std::to_string(named_part) +
                           " of a split model; open part 00001 instead");
  }
  char suffix[64];
  std::snprintf(suffix, sizeof suffix, "-%05d-of-%05d.gguf", part + 1, n_parts);
  return path.substr(0, path.size() - kSuffix) + suffix;
}

}  // namespace

Reader::Reader(const std::string& path, size_t header_bytes)
    : path_(path), header_bytes_(header_bytes) {
  constexpr uint64_t kMaxParts = 99999;
  read_part(path, 0, 1);
  uint64_t n_parts = get_uint("split.count").value_or(1);
  if (n_parts < 1 || n_parts > kMaxParts) fail_key("split.count", "is out of range");
  for (uint64_t part = 1; part < n_parts; ++part) {
    int i = static_cast<int>(part), n = static_cast<int>(n_parts);
    read_part(part_path(path, i, n), i, n);
  }
  if (auto expected = get_uint("split.tensors.count"); expected && *expected != tensors_.size()) {
    fail_key("split.tensors.count", "does not match the parts' tensors");
  }
}

void Reader::read_part(const std::string& path, int part, int n_parts) {
  files_.emplace_back(path);
  read_ahead({files_.back().data(), std::min(files_.back().size(), header_bytes_)});
  Parser in(files_.back());
  if (files_.back().size() < 24 || in.scalar<uint32_t>("the magic") != kMagic) {
    in.fail("it does not start with the magic 'GGUF'");
  }
  uint32_t version = in.scalar<uint32_t>("the version");
  if (version != 2 && version != 3) {
    throw UnsupportedModelError(path + " has GGUF version " + std::to_string(version) +
                                "; little-endian versions 2 and 3 are supported, convert it again");
  }
  uint64_t n_tensors = in.scalar<uint64_t>("the tensor count");
  uint64_t n_keys = in.scalar<uint64_t>("the key count");
  uint64_t alignment = kDefaultAlignment;
  bool is_numbered = false;
  for (uint64_t i = 0; i < n_keys; ++i) {
    std::string key(in.string("a metadata key"));
    Value value = in.value(key);
    if (key == "general.alignment") alignment = in.alignment(value);
    if (key == "split.no") {
      in.check_part(value, part, n_parts);
      is_numbered = true;
    }
    if (part > 0) continue;  // only the first part's metadata describes the model
    if (!key_index_.emplace(key, metadata_.size()).second)
      in.fail("key " + quoted(key) + " occurs twice");
    metadata_.emplace_back(std::move(key), value);
  }
  if (part > 0 && !is_numbered) in.fail("key 'split.no' is missing, so it is no part of a model");
  read_tensors(in, n_tensors, alignment);
}

void Reader::read_tensors(Parser& in, uint64_t n_tensors, uint64_t alignment) {
  const FileMap& file = files_.back();
  size_t first = tensors_.size();
  std::vector<uint64_t> offsets;
  for (uint64_t i = 0; i < n_tensors; ++i) {
    offsets.push_back(0);
    Tensor t = in.tensor(&offsets.back());
    if (offsets.back() % alignment != 0) in.fail("tensor " + quoted(t.name) + " is not aligned");
    if (!tensor_index_.emplace(t.name, tensors_.size()).second) {
      in.fail("tensor " + quoted(t.name) + " occurs twice");
    }
    tensors_.push_back(std::move(t));
  }
  uint64_t base = (in.offset() + alignment - 1) / alignment * alignment;
  uint64_t data_bytes = base < file.size() ? file.size() - base : 0;
  for (size_t i = first; i < tensors_.size(); ++i) {
    Tensor& t = tensors_[i];
    uint64_t offset = offsets[i - first];
    if (offset > data_bytes || t.bytes > data_bytes - offset) {
      in.fail("tensor " + quoted(t.name) + " reaches beyond the end of the file (truncated)");
    }
    t.data = file.data() + base + offset;
  }
}

uint64_t Reader::file_bytes() const {
  uint64_t bytes = 0;
  for (const FileMap& file : files_) bytes += file.size();
  return bytes;
}

void Reader::fail_key(std::string_view key, const std::string& what) const {
  throw ModelFormatError(path_ + ": metadata key " + quoted(std::string(key)) + " " + what +
                         "; convert the model again");
}

const Value* Reader::find(std::string_view key) const {
  auto it = key_index_.find(std::string(key));
  return it == key_index_.end() ? nullptr : &metadata_[it->second].second;
}

const Tensor* Reader::find_tensor(std::string_view name) const {
  auto it = tensor_index_.find(std::string(name));
  return it == tensor_index_.end() ? nullptr : &tensors_[it->second];
}

namespace {

bool is_integer(ValueType type) {
  return scalar_bytes(type) > 0 && type != ValueType::f32 && type != ValueType::f64 &&
         type != ValueType::boolean;
}

bool is_number(ValueType type) {
  return is_integer(type) || type == ValueType::f32 || type == ValueType::f64;
}

int64_t load_int(ValueType type, const uint8_t* p) {
  switch (type) {
    case ValueType::u8:
      return load<uint8_t>(p);
    case ValueType::i8:
      return load<int8_t>(p);
    case ValueType::u16:
      return load<uint16_t>(p);
    case ValueType::i16:
      return load<int16_t>(p);
    case ValueType::u32:
      return load<uint32_t>(p);
    case ValueType::i32:
      return load<int32_t>(p);
    default:
      return load<int64_t>(p);  // a u64 above the int64 range turns negative: out of range
  }
}

double load_float(ValueType type, const uint8_t* p) {
  if (type == ValueType::f32) return load<float>(p);
  if (type == ValueType::f64) return load<double>(p);
  return static_cast<double>(load_int(type, p));
}

}  // namespace

std::optional<uint64_t> Reader::get_uint(std::string_view key) const {
  const Value* v = find(key);
  if (!v) return std::nullopt;
  if (v->is_array || !is_integer(v->type)) fail_key(key, "is not an integer");
  int64_t value = load_int(v->type, v->payload);
  if (value < 0) fail_key(key, "is out of range");
  return static_cast<uint64_t>(value);
}

std::optional<double> Reader::get_float(std::string_view key) const {
  const Value* v = find(key);
  if (!v) return std::nullopt;
  if (v->is_array || !is_number(v->type)) fail_key(key, "is not a number");
  double value = load_float(v->type, v->payload);
  if (!std::isfinite(value)) fail_key(key, "is not a finite number");
  return value;
}

std::optional<bool> Reader::get_bool(std::string_view key) const {
  const Value* v = find(key);
  if (!v) return std::nullopt;
  if (v->is_array || v->type != ValueType::boolean) fail_key(key, "is not a boolean");
  return *v->payload != 0;
}

std::optional<std::string_view> Reader::get_string(std::string_view key) const {
  const Value* v = find(key);
  if (!v) return std::nullopt;
  if (v->is_array || v->type != ValueType::string) fail_key(key, "is not a string");
  return load_string(v->payload);
}

std::optional<StringCursor> Reader::get_strings(std::string_view key) const {
  const Value* v = find(key);
  if (!v) return std::nullopt;
  if (!v->is_array || v->type != ValueType::string) fail_key(key, "is not an array of strings");
  return StringCursor(v->payload, v->count);
}

std::vector<int64_t> Reader::get_ints(std::string_view key) const {
  std::vector<int64_t> out;
  const Value* v = find(key);
  if (!v) return out;
  if (!v->is_array || !is_integer(v->type)) fail_key(key, "is not an array of integers");
  out.reserve(v->count);
  for (uint64_t i = 0; i < v->count; ++i) {
    out.push_back(load_int(v->type, v->payload + i * scalar_bytes(v->type)));
  }
  return out;
}

std::vector<double> Reader::get_floats(std::string_view key) const {
  std::vector<double> out;
  const Value* v = find(key);
  if (!v) return out;
  if (!v->is_array || !is_number(v->type)) fail_key(key, "is not an array of numbers");
  out.reserve(v->count);
  for (uint64_t i = 0; i < v->count; ++i) {
    out.push_back(load_float(v->type, v->payload + i * scalar_bytes(v->type)));
  }
  return out;
}

uint64_t Reader::require_uint(std::string_view key) const {
  auto value = get_uint(key);
  if (!value) fail_key(key, "is missing");
  return *value;
}

std::string_view Reader::require_string(std::string_view key) const {
  auto value = get_string(key);
  if (!value) fail_key(key, "is missing");
  return *value;
}

}  // namespace q3l::gguf
