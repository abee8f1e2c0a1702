// Every failure that a caller can meet is one of these types; what() is one sentence for a person:
// it names the file, key or tensor, and the remedy. The library throws and never prints or aborts.
#pragma once

#include <stdexcept>
#include <string>

namespace q3l {

struct Error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A file or directory that cannot be opened, read or written.
struct FileError : Error {
  using Error::Error;
};

// A model file whose bytes contradict its format: truncated, overlapping, out of range.
struct ModelFormatError : Error {
  using Error::Error;
};

// A well-formed model that this build has no code for: architecture, tensor type, pre-tokeniser.
struct UnsupportedModelError : Error {
  using Error::Error;
};

// More tokens than the sequence's context holds.
struct ContextOverflowError : Error {
  using Error::Error;
};

// More work than there is room for at the moment: try again later.
struct OverloadedError : Error {
  using Error::Error;
};

// An argument outside its documented range.
struct InvalidArgumentError : Error {
  using Error::Error;
};

// Throws InvalidArgumentError unless lowest <= value <= highest.
void check_between(const char* name, int value, int lowest, int highest);

// "'name'" for messages, with bytes outside printable ASCII replaced and long names shortened, so
// that a damaged file cannot garble a terminal.
std::string quoted(const std::string& name);

}  // namespace q3l
