#include "gguf/reader.h"

#include <doctest/doctest.h>

#include <limits>

#include "base/error.h"
#include "support/gguf_builder.h"
#include "support/temp_file.h"

namespace q3l {

namespace {

using gguf::Reader;
using testing::GgufBuilder;
using testing::TempFile;

constexpr uint32_t kF32 = 0, kQ4_0 = 2;

std::string bytes_of(const std::vector<float>& x) {
  return {reinterpret_cast<const char*>(x.data()), x.size() * sizeof(float)};
}

// What opening a file of these bytes complains about.
template <class E>
std::string refusal(const std::string& bytes) {
  const TempFile file(bytes);
  try {
    const Reader reader(file.path());
  } catch (const E& error) {
    const std::string message = error.what();
    CHECK(message.find(file.path()) != std::string::npos);
    return message;
  }
  FAIL("the file was read");
  return {};
}

void check_says(const std::string& message, const char* expected) {
  CAPTURE(message);
  CHECK(message.find(expected) != std::string::npos);
}

}  // namespace

TEST_CASE("metadata of every type, in versions 2 and 3") {
  for (uint32_t version : {2u, 3u}) {
    GgufBuilder file;
    file.version = version;
    file.key("u8", uint8_t{200});
    file.key("i8", int8_t{-5});
    file.key("u16", uint16_t{60000});
    file.key("i16", int16_t{-300});
    file.key("u32", uint32_t{4000000000});
    file.key("i32", int32_t{70000});
    file.key("u64", uint64_t{1} << 40);
    file.key("i64", -(int64_t{1} << 40));
    file.key("f32", 1.5f);
    file.key("f64", 2.25);
    file.key("yes", true);
    file.key("text", "words");
    file.key("strings", std::vector<std::string>{"a", "", "long enough"});
    file.key("ints", std::vector<int16_t>{-1, 2, 3});
    file.key("floats", std::vector<float>{0.5f, -2.0f});
    const TempFile written(file.bytes());
    const Reader reader(written.path());

    CHECK(reader.get_uint("u8") == 200u);
    CHECK(reader.get_uint("u16") == 60000u);
    CHECK(reader.get_uint("u32") == 4000000000u);
    CHECK(reader.get_uint("i32") == 70000u);
    CHECK(reader.get_uint("u64") == uint64_t{1} << 40);
    CHECK(reader.get_float("i8") == -5.0);
    CHECK(reader.get_float("i16") == -300.0);
    CHECK(reader.get_float("i64") == -1099511627776.0);
    CHECK(reader.get_float("f32") == 1.5);
    CHECK(reader.get_float("f64") == 2.25);
    CHECK(reader.get_bool("yes") == true);
    CHECK(reader.get_string("text") == "words");
    auto strings = reader.get_strings("strings");
    REQUIRE(strings);
    REQUIRE(strings->left() == 3);
    CHECK(strings->next() == "a");
    CHECK(strings->next() == "");
    CHECK(strings->next() == "long enough");
    CHECK(strings->left() == 0);
    CHECK(reader.get_ints("ints") == std::vector<int64_t>{-1, 2, 3});
    CHECK(reader.get_floats("floats") == std::vector<double>{0.5, -2.0});
    CHECK(reader.metadata().size() == 15);
    CHECK(reader.metadata()[0].first == "u8");
    CHECK(reader.file_bytes() == file.bytes().size());
  }
}

TEST_CASE("a missing key is nothing, one of another type an error that names it") {
  GgufBuilder file;
  file.key("text", "words");
  file.key("negative", int32_t{-1});
  file.key("huge", std::numeric_limits<uint64_t>::max());
  file.key("nan", std::numeric_limits<float>::quiet_NaN());
  file.key("ints", std::vector<int32_t>{1});
  const TempFile written(file.bytes());
  const Reader reader(written.path());

  CHECK(!reader.get_uint("none"));
  CHECK(!reader.get_float("none"));
  CHECK(!reader.get_bool("none"));
  CHECK(!reader.get_string("none"));
  CHECK(!reader.get_strings("none"));
  CHECK(reader.get_ints("none").empty());
  CHECK(reader.get_floats("none").empty());
  CHECK_THROWS_WITH_AS(reader.require_uint("none"), doctest::Contains("'none'"), ModelFormatError);
  CHECK_THROWS_WITH_AS(reader.require_string("none"), doctest::Contains("'none'"),
                       ModelFormatError);
  CHECK_THROWS_WITH_AS(reader.get_uint("text"), doctest::Contains("'text'"), ModelFormatError);
  CHECK_THROWS_WITH_AS(reader.get_uint("negative"), doctest::Contains("'negative'"),
                       ModelFormatError);
  CHECK_THROWS_WITH_AS(reader.get_uint("huge"), doctest::Contains("'huge'"), ModelFormatError);
  CHECK_THROWS_WITH_AS(reader.get_uint("ints"), doctest::Contains("'ints'"), ModelFormatError);
  CHECK_THROWS_WITH_AS(reader.get_float("text"), doctest::Contains("'text'"), ModelFormatError);
  CHECK_THROWS_WITH_AS(reader.get_float("nan"), doctest::Contains("'nan'"), ModelFormatError);
  CHECK_THROWS_WITH_AS(reader.get_bool("ints"), doctest::Contains("'ints'"), ModelFormatError);
  CHECK_THROWS_WITH_AS(reader.get_string("ints"), doctest::Contains("'ints'"), ModelFormatError);
  CHECK_THROWS_WITH_AS(reader.get_strings("text"), doctest::Contains("'text'"), ModelFormatError);
  CHECK_THROWS_WITH_AS(reader.get_ints("text"), doctest::Contains("'text'"), ModelFormatError);
  CHECK_THROWS_WITH_AS(reader.get_floats("text"), doctest::Contains("'text'"), ModelFormatError);
}

TEST_CASE("tensors point to their bytes, at the file's alignment") {
  const std::vector<float> a = {1, 2, 3}, b = {4, 5, 6, 7};
  for (uint32_t alignment : {4u, 32u, 4096u}) {
    GgufBuilder file;
    file.alignment = alignment;
    file.key("general.alignment", alignment);
    file.tensor("a", kF32, {3}, bytes_of(a));
    file.tensor("b", kF32, {2, 2}, bytes_of(b));
    file.tensor("blocks", kQ4_0, {64, 3}, std::string(3 * 2 * 18, 'x'));
    const TempFile written(file.bytes());
    const Reader reader(written.path());
    REQUIRE(reader.tensors().size() == 3);
    const gguf::Tensor* found = reader.find_tensor("b");
    REQUIRE(found);
    CHECK(found->n_dims == 2);
    CHECK(found->n_values() == 4);
    CHECK(reinterpret_cast<uintptr_t>(found->data) % alignment == 0);
    CHECK(std::string(reinterpret_cast<const char*>(found->data), found->bytes) == bytes_of(b));
    CHECK(reader.find_tensor("blocks")->bytes == 108);
    CHECK(reader.find_tensor("c") == nullptr);
  }
}

TEST_CASE("shapes whose size overflows are refused") {
  constexpr uint64_t kHuge = uint64_t{1} << 62;
  for (const std::vector<uint64_t>& shape : {std::vector<uint64_t>{kHuge, 4},
                                             {kHuge, kHuge},
                                             {1ull << 32, 1ull << 32},
                                             {32, 0},
                                             {std::numeric_limits<uint64_t>::max()},
                                             {1ull << 16, 1ull << 16, 1ull << 16, 1ull << 16}}) {
    GgufBuilder file;
    file.tensor("w", kF32, shape, "");
    check_says(refusal<ModelFormatError>(file.bytes()), "'w'");
  }
  GgufBuilder large;
  large.tensor("w", kF32, {1ull << 24, 1ull << 24}, "");  // fits 2^48 values, not the file
  check_says(refusal<ModelFormatError>(large.bytes()), "'w'");
}

TEST_CASE("ranks, types, offsets and rows out of range are refused") {
  const std::vector<std::pair<std::vector<uint64_t>, uint64_t>> damaged = {
      {{}, 0},
      {{1, 1, 1, 1, 1}, 0},
      {{4}, 4},                                          // not aligned
      {{4}, 64},                                         // beyond the data
      {{4}, std::numeric_limits<uint64_t>::max() - 31},  // overflows when added
  };
  for (const auto& [shape, offset] : damaged) {
    GgufBuilder file;
    file.tensor("first", kF32, {8}, std::string(32, '\0'));
    file.tensor_at("w", kF32, shape, offset);
    check_says(refusal<ModelFormatError>(file.bytes()), "'w'");
  }
  GgufBuilder rows;
  rows.tensor("w", kQ4_0, {33, 2}, std::string(64, '\0'));
  check_says(refusal<ModelFormatError>(rows.bytes()), "'w'");
  GgufBuilder type;
  type.tensor("w", 4321, {32}, std::string(64, '\0'));
  check_says(refusal<UnsupportedModelError>(type.bytes()), "4321");
}

TEST_CASE("a tensor may end with the file, and a file may hold none") {
  GgufBuilder file;
  file.tensor("w", kF32, {4}, std::string(16, '\1'));
  const TempFile whole(file.bytes());
  CHECK(Reader(whole.path()).tensors().size() == 1);
  std::string shorter = file.bytes();
  shorter.pop_back();
  check_says(refusal<ModelFormatError>(shorter), "'w'");

  GgufBuilder empty;
  empty.key("general.name", "nothing");
  const TempFile header_only(empty.header());
  CHECK(Reader(header_only.path()).tensors().empty());
}

TEST_CASE("names that would garble a terminal are shown in print") {
  GgufBuilder file;
  file.tensor("\x1b[2J\n" + std::string(500, 'w'), kF32, {0}, "");
  const std::string message = refusal<ModelFormatError>(file.bytes());
  CHECK(message.find('\x1b') == std::string::npos);
  CHECK(message.find('\n') == std::string::npos);
  CHECK(message.size() < 400);
}

}  // namespace q3l
