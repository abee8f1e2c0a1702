#include "engine/tool_constraint.h"

#include <doctest/doctest.h>

#include <random>

#include "base/error.h"
#include "base/json.h"
#include "sampler/sampler.h"
#include "support/byte_vocabulary.h"
#include "support/tiny_engine.h"

namespace q3l {

namespace {

using testing::ByteVocabulary;
using testing::complete;
using testing::random_ids;
using testing::TinyEngine;

const std::vector<std::string> kNames = {"get_weather", "get_time", "get", "查天气"};

// Tokens whose borders lie within names and frames, parts of characters, and meaningful bytes
// behind plain ones.
const std::vector<std::string> kTexts = {
    "\n{\"",   "name",        "\": \"",   "get",      "get_", "_w",   "eather\"",
    ", \"arg", "uments\": {", "get_time", "\"}",      "}}",   "}}\n", "}\n",
    "}\n\n",   "\"},",        "北京",     "\xe5\x8c", "\x97", "a\"",  "abc\\",
    "\\u00",   "1.5",         "1.5.",     " \"",      "  ",   "true", "null}",
    "get\"",   "天气\", \"",  "\xe6\x9f", "a\nb",     "<x>",  "\", "};

struct Fixture {
  Tokenizer tokenizer{ByteVocabulary(kTexts).get()};
  std::shared_ptr<const ToolCallTokens> tokens =
      std::make_shared<ToolCallTokens>(tokenizer, kNames);
  ToolConstraint constraint{tokens};

  bool is_allowed(int32_t id) {
    const std::vector<uint32_t> mask = allowed();
    return (mask[static_cast<size_t>(id) / 32] >> id % 32 & 1) != 0;
  }
  std::vector<uint32_t> allowed() {
    std::vector<uint32_t> mask(mask_words(tokenizer.n_vocab()));
    CHECK(constraint.restrict({}, mask));
    return mask;
  }
  bool is_restricted() {
    std::vector<uint32_t> mask(mask_words(tokenizer.n_vocab()));
    return constraint.restrict({}, mask);
  }
  // Whether a call of this text, one byte a token, is allowed as far as it goes.
  bool takes(std::string_view text) {
    constraint.accept(tokens->open());
    for (char c : text) {
      const int32_t id = static_cast<uint8_t>(c);
      if (!is_allowed(id)) return false;
      constraint.accept(id);
    }
    return true;
  }
  bool ends(std::string_view text) { return takes(text) && is_allowed(tokens->close()); }
};

// Each token tried alone.
std::vector<uint32_t> allowed_one_by_one(const Fixture& f, const ToolCallAutomaton& state) {
  std::vector<uint32_t> mask(mask_words(f.tokenizer.n_vocab()));
  const auto& specials = f.tokenizer.specials();
  for (int32_t id = 0; id < f.tokenizer.n_vocab(); ++id) {
    ToolCallAutomaton tried = state;
    bool is_allowed = std::ranges::find(specials, id) == specials.end();
    for (char c : f.tokenizer.piece(id)) {
      is_allowed = is_allowed && tried.advance(static_cast<uint8_t>(c));
    }
    if (is_allowed || (id == f.tokens->close() && state.is_complete())) {
      mask[static_cast<size_t>(id) / 32] |= 1u << id % 32;
    }
  }
  return mask;
}

int32_t random_allowed(const std::vector<uint32_t>& mask, std::mt19937& random) {
  while (true) {
    const uint32_t id = static_cast<uint32_t>(random() % (mask.size() * 32));
    if (mask[id / 32] >> id % 32 & 1) return static_cast<int32_t>(id);
  }
}

}  // namespace

TEST_CASE("a call names one of the tools and has an object of arguments") {
  Fixture f;
  for (const char* good : {
           "\n{\"name\": \"get_weather\", \"arguments\": {}}\n",
           "\n{\"name\": \"get\", \"arguments\": {\"a\": [1, \"}}\\n\"]}}\n",
           "\n{\"name\": \"查天气\", \"arguments\": {\"城市\": \"北京\"}}\n",
       }) {
    CAPTURE(good);
    CHECK(f.ends(good));
  }
  for (const char* bad : {
           "{",
           "\n\n",
           "\n{ ",
           "\n{\"name\": \"get_rain",
           "\n{\"name\": \"get_\"",
           "\n{\"name\": \"get_weather\"}",
           "\n{\"name\": \"get\", \"arguments\": [",
           "\n{\"name\": \"get\", \"arguments\": \"",
           "\n{\"name\": \"get\", \"arguments\": {}},",
           "\n{\"name\": \"get\", \"arguments\": {}}\n\n",
           "\n{\"name\": \"get\", \"arguments\": {}} ",
           "\n{\"arguments\"",
       }) {
    CAPTURE(bad);
    CHECK_FALSE(f.takes(bad));
  }
  CHECK_FALSE(f.ends("\n{\"name\": \"get\", \"arguments\": {}}"));
}

TEST_CASE("outside of calls any token may come, within only what goes on") {
  Fixture f;
  CHECK_FALSE(f.is_restricted());
  CHECK(f.constraint.accept('x'));
  CHECK_FALSE(f.is_restricted());
  REQUIRE(f.ends("\n{\"name\": \"get\", \"arguments\": {}}\n"));
  for (const char* tag : {"<|im_end|>", "<|endoftext|>", "<tool_call>", "<think>"}) {
    CHECK_FALSE(f.is_allowed(*f.tokenizer.find(tag)));
  }
  f.constraint.accept(f.tokens->close());
  CHECK_FALSE(f.is_restricted());
  CHECK(f.ends("\n{\"name\": \"get_time\", \"arguments\": {}}\n"));  // the next call
}

TEST_CASE("tokens are found as trying each of them does, wherever a call stands") {
  Fixture f;
  std::mt19937 random(3);
  int n_calls = 0;
  for (int round = 0; round < 60; ++round) {
    ToolCallAutomaton state = f.tokens->begin();
    f.constraint.accept(f.tokens->open());
    for (int step = 0; step < 300; ++step) {
      const std::vector<uint32_t> mask = f.allowed();
      REQUIRE(mask == allowed_one_by_one(f, state));
      const int32_t token = random_allowed(mask, random);
      f.constraint.accept(token);
      n_calls += token == f.tokens->close();
      if (token == f.tokens->close()) break;
      f.tokens->advance(state, token);
    }
  }
  CHECK(n_calls > 10);
}

TEST_CASE("tools need names of their own, and a vocabulary with tags") {
  const Tokenizer tokenizer(ByteVocabulary().get());
  CHECK_THROWS_WITH_AS(ToolCallTokens(tokenizer, {"a", "b", "a"}),
                       "two tools have the same name; give each one of its own",
                       InvalidArgumentError);
  TinyEngine tiny;
  CHECK_THROWS_WITH_AS(
      ToolCallTokens(tiny.engine.tokenizer(), {"a"}),
      "the model has no token <tool_call>, so it cannot call tools; leave them out",
      UnsupportedModelError);
}

TEST_CASE("random weights call the tools that they are offered") {
  TinyEngine tiny({.n_threads = 2, .n_ctx = 600}, {.format = "Q8_0", .calls_tools = true});
  const Tokenizer& tokenizer = tiny.engine.tokenizer();
  const auto tokens = std::make_shared<ToolCallTokens>(tokenizer, kNames);
  SamplerParams params{.temperature = 1, .logit_bias = {{tokens->open(), 100.0f}}};
  for (char c : {'"', '}'})
    params.logit_bias.emplace_back(tokenizer.encode({&c, 1}, false)[0], 3.0f);
  int n_calls = 0;
  for (int seed = 0; seed < 20; ++seed) {
    params.seed = static_cast<uint64_t>(seed);
    const std::string text =
        tokenizer.decode(complete({tiny.engine,
                                   {.prompt = random_ids(10, seed),
                                    .max_tokens = 500,
                                    .sampling = params,
                                    .constraint = std::make_shared<ToolConstraint>(tokens)}}));
    CHECK(text.starts_with("<tool_call>\n{\"name\": \""));
    size_t at = 0;
    for (size_t end; (end = text.find("</tool_call>", at)) != text.npos; ++n_calls) {
      const size_t begin = text.find("<tool_call>", at) + 11;
      const Json call = parse_json(std::string_view(text).substr(begin, end - begin));
      CHECK(std::ranges::find(kNames, call.find("name")->text) != kNames.end());
      CHECK(call.find("arguments")->kind == Json::Kind::object);
      at = end + 12;
    }
  }
  CHECK(n_calls > 20);
}

}  // namespace q3l
