// Reads a JSON object byte by byte and refuses each byte after which no more bytes could make it
// well-formed. INVARIANT: a small value without pointers to memory of its own, so that a state is
// copied for every byte that is tried.
#pragma once

#include <cstdint>

namespace q3l {

class JsonAutomaton {
 public:
  // Blanks in a row, at most: a weak model would go on with them for ever.
  static constexpr int kMostBlanks = 64;

  // The object has begun: its '{' was read.
  JsonAutomaton() = default;

  // False, and then of no more use: the byte may not come here.
  bool advance(uint8_t byte);
  // The object's own '}' was read.
  bool is_complete() const { return state_ == State::complete; }
  // Within a string, between two characters: any characters may come but '"', '\' and controls.
  bool is_between_characters() const { return state_ == State::string; }

 private:
  enum class State : uint8_t {
    first_key,  // or '}'
    key,
    colon,
    first_item,  // or ']'
    value,
    after,  // a value: ',' or what closes the innermost array or object
    string,
    continuation,  // of a character
    escape,
    hex,
    minus,  // numbers, by what was read last
    zero,
    integer,
    point,
    fraction,
    exponent,
    exponent_sign,
    exponent_digits,
    word,
    complete,
  };

  bool enter(State state) {
    state_ = state;
    return true;
  }
  bool skip_blank();
  bool between(uint8_t byte);  // values, where blanks may be
  bool begin_value(uint8_t byte);
  bool begin_string(bool is_key);
  bool begin_number(uint8_t byte);
  bool open(bool is_object);
  bool close(bool is_object);
  bool in_string(uint8_t byte);
  bool begin_character(uint8_t lead);
  bool in_number(uint8_t byte);
  bool begin_digits(uint8_t byte, State then);
  bool in_word(uint8_t byte);
  bool is_in_object() const { return (objects_ >> (depth_ - 1) & 1) != 0; }

  uint64_t objects_ = 1;        // bit i: level i + 1 is an object, else an array
  const char* word_ = nullptr;  // what is left of true, false or null
  State state_ = State::first_key;
  int8_t depth_ = 1;
  int8_t n_blanks_ = 0;
  int8_t n_left_ = 0;           // continuation bytes or hexadecimal digits
  uint8_t low_ = 0, high_ = 0;  // of the next continuation byte
  bool is_key_ = false;         // the string
};

}  // namespace q3l
