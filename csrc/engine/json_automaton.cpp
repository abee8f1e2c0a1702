#include "engine/json_automaton.h"

#include "base/json.h"

namespace q3l {

static_assert(kMostJsonDepth <= 64, "a level is a bit");

namespace {

bool is_blank(uint8_t byte) {
  return byte == ' ' || byte == '\n' || byte == '\t' || byte == '\r';
}
bool is_digit(uint8_t byte) {
  return byte >= '0' && byte <= '9';
}
bool is_hex(uint8_t byte) {
  return is_digit(byte) || (byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F');
}

}  // namespace

bool JsonAutomaton::advance(uint8_t byte) {
  switch (state_) {
    case State::string:
    case State::continuation:
    case State::escape:
    case State::hex:
      return in_string(byte);
    case State::word:
      return in_word(byte);
    case State::minus:
    case State::zero:
    case State::integer:
    case State::point:
    case State::fraction:
    case State::exponent:
    case State::exponent_sign:
    case State::exponent_digits:
      return in_number(byte);
    case State::complete:
      return false;
    default:
      return is_blank(byte) ? skip_blank() : between(byte);
  }
}

bool JsonAutomaton::skip_blank() {
  return ++n_blanks_ <= kMostBlanks;
}

bool JsonAutomaton::between(uint8_t byte) {
  n_blanks_ = 0;
  switch (state_) {
    case State::first_key:
      if (byte == '}') return close(true);
      return byte == '"' && begin_string(true);
    case State::key:
      return byte == '"' && begin_string(true);
    case State::colon:
      return byte == ':' && enter(State::value);
    case State::first_item:
      return byte == ']' ? close(false) : begin_value(byte);
    case State::value:
      return begin_value(byte);
    default:
      if (byte == ',') return enter(is_in_object() ? State::key : State::value);
      return (byte == '}' || byte == ']') && close(byte == '}');
  }
}

bool JsonAutomaton::begin_value(uint8_t byte) {
  switch (byte) {
    case '{':
    case '[':
      return open(byte == '{');
    case '"':
      return begin_string(false);
    case 't':
      word_ = "rue";
      return enter(State::word);
    case 'f':
      word_ = "alse";
      return enter(State::word);
    case 'n':
      word_ = "ull";
      return enter(State::word);
    case '-':
      return enter(State::minus);
    default:
      return begin_number(byte);
  }
}

bool JsonAutomaton::begin_string(bool is_key) {
  is_key_ = is_key;
  return enter(State::string);
}

bool JsonAutomaton::begin_number(uint8_t byte) {
  return byte == '0' ? enter(State::zero) : begin_digits(byte, State::integer);
}

bool JsonAutomaton::open(bool is_object) {
  if (depth_ == kMostJsonDepth - 1) return false;  // a call holds these arguments as one level more
  const uint64_t bit = uint64_t{1} << depth_++;
  objects_ = is_object ? objects_ | bit : objects_ & ~bit;
  return enter(is_object ? State::first_key : State::first_item);
}

bool JsonAutomaton::close(bool is_object) {
  if (is_in_object() != is_object) return false;
  return enter(--depth_ == 0 ? State::complete : State::after);
}

bool JsonAutomaton::in_string(uint8_t byte) {
  switch (state_) {
    case State::continuation:
      if (byte < low_ || byte > high_) return false;
      low_ = 0x80, high_ = 0xbf;
      return --n_left_ > 0 || enter(State::string);
    case State::hex:
      return is_hex(byte) && (--n_left_ > 0 || enter(State::string));
    case State::escape:
      if (byte == 'u') {
        n_left_ = 4;
        return enter(State::hex);
      }
      for (char escape : {'"', '\\', '/', 'b', 'f', 'n', 'r', 't'}) {
        if (byte == static_cast<uint8_t>(escape)) return enter(State::string);
      }
      return false;
    default:
      if (byte == '"') return enter(is_key_ ? State::colon : State::after);
      if (byte == '\\') return enter(State::escape);
      return byte < 0x80 ? byte >= 0x20 : begin_character(byte);
  }
}

// The second byte's range keeps out overlong forms, surrogates and what lies past U+10FFFF.
bool JsonAutomaton::begin_character(uint8_t lead) {
  if (lead < 0xc2 || lead > 0xf4) return false;
  n_left_ = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
  low_ = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  high_ = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  return enter(State::continuation);
}

bool JsonAutomaton::in_number(uint8_t byte) {
  switch (state_) {
    case State::minus:
      return begin_number(byte);
    case State::point:
      return begin_digits(byte, State::fraction);
    case State::exponent:
      if (byte == '+' || byte == '-') return enter(State::exponent_sign);
      return begin_digits(byte, State::exponent_digits);
    case State::exponent_sign:
      return begin_digits(byte, State::exponent_digits);
    default:
      break;
  }
  if (is_digit(byte)) return state_ != State::zero;
  const bool is_whole = state_ == State::zero || state_ == State::integer;
  if (byte == '.' && is_whole) return enter(State::point);
  if ((byte == 'e' || byte == 'E') && state_ != State::exponent_digits) {
    return enter(State::exponent);
  }
  state_ = State::after;  // the byte comes behind the number
  return advance(byte);
}

bool JsonAutomaton::begin_digits(uint8_t byte, State then) {
  return is_digit(byte) && enter(then);
}

bool JsonAutomaton::in_word(uint8_t byte) {
  if (byte != static_cast<uint8_t>(*word_)) return false;
  return *++word_ != '\0' || enter(State::after);
}

}  // namespace q3l
