#include "cli/arguments.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <iostream>
#include <iterator>
#include <random>

#include "base/error.h"
#include "cli/nano.h"

namespace q3l::cli {

namespace {

constexpr std::array kCommands = {"run", "chat", "inspect", "tokenize", "bench"};

struct Flag {
  const char* short_name;  // or ""
  const char* name;
  const char* value;  // what stands for it in help; "" for a switch
  const char* help;
  std::function<void(Arguments&, const std::string&)> set;
};

template <class T>
T number(const std::string& text) {
  T value{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    throw InvalidArgumentError("needs a number, not " + quoted(text));
  }
  return value;
}

KvType kv_type(const std::string& text) {
  if (const auto type = find_kv_type(text)) return *type;
  throw InvalidArgumentError(std::string("needs ") + kKvTypeNames + ", not " + quoted(text));
}

// "96M": K, M and G are powers of 1024.
uint64_t bytes(const std::string& text) {
  constexpr std::string_view kUnits = "KMG";
  const size_t unit = text.empty() ? kUnits.npos : kUnits.find(text.back());
  const bool has_unit = unit != kUnits.npos;
  const auto count = number<uint64_t>(text.substr(0, text.size() - has_unit));
  const int shift = has_unit ? 10 * (static_cast<int>(unit) + 1) : 0;
  if (count > UINT64_MAX >> shift) throw InvalidArgumentError(quoted(text) + " is too much");
  return count << shift;
}

const std::vector<Flag>& flags() {
  static const std::vector<Flag> all = {
      {"-p", "--prompt", "TEXT",
       "the user's message, or the text to complete or tokenise; - reads standard input",
       [](Arguments& a, const std::string& v) {
         a.prompt = v == "-" ? std::string(std::istreambuf_iterator<char>(std::cin), {}) : v;
       }},
      {"-n", "--max-tokens", "N",
       "most tokens to generate (until the model ends or the context is full)",
       [](Arguments& a, const std::string& v) { a.max_tokens = number<int>(v); }},
      {"-t", "--threads", "N", "threads (the cores that may be used)",
       [](Arguments& a, const std::string& v) { a.engine.n_threads = number<int>(v); }},
      {"-c", "--ctx", "N", "positions of context (4096)",
       [](Arguments& a, const std::string& v) {
         a.engine.n_ctx = number<int>(v);
         a.asked.n_ctx = true;
       }},
      {"", "--kv-type", "TYPE", "how keys and values are kept: f32, f16, q8_0 or q4_0 (f16)",
       [](Arguments& a, const std::string& v) {
         a.engine.kv_type = kv_type(v);
         a.asked.kv_type = true;
       }},
      {"", "--mem-limit", "BYTES",
       "most memory beside the file's own pages (96M, 1G): context, cache and steps are chosen for "
       "it",
       [](Arguments& a, const std::string& v) { a.mem_limit = bytes(v); }},
      {"", "--draft-max", "N", "most tokens guessed at once where a text repeats, 0 for none (15)",
       [](Arguments& a, const std::string& v) {
         a.engine.max_draft = number<int>(v);
         a.asked.max_draft = true;
       }},
      {"", "--draft-model", "FILE", "a small model of the same vocabulary that guesses too",
       [](Arguments& a, const std::string& v) { a.engine.draft_model = v; }},
      {"", "--expert-cache", "BYTES",
       "memory for a sparse model's experts (2G), where the file is larger than memory",
       [](Arguments& a, const std::string& v) { a.engine.expert_cache = bytes(v); }},
      {"", "--experts", "FILE", "plug in an expert pack; more than one may be given",
       [](Arguments& a, const std::string& v) { a.engine.expert_packs.push_back(v); }},
      {"", "--temp", "X",
       "temperature, 0 for the likeliest token (the model's own, else 0; chat: 0.6)",
       [](Arguments& a, const std::string& v) { a.temperature = number<float>(v); }},
      {"", "--top-k", "N", "sample from the N likeliest tokens, 0 for all",
       [](Arguments& a, const std::string& v) { a.top_k = number<int>(v); }},
      {"", "--top-p", "X", "sample from the likeliest tokens that add up to X",
       [](Arguments& a, const std::string& v) { a.top_p = number<float>(v); }},
      {"", "--min-p", "X", "sample from tokens at least X times as likely as the likeliest",
       [](Arguments& a, const std::string& v) { a.min_p = number<float>(v); }},
      {"", "--repeat-penalty", "X",
       "divide the logits of tokens in the prompt or generated (the model's own, else 1)",
       [](Arguments& a, const std::string& v) { a.repetition_penalty = number<float>(v); }},
      {"", "--frequency-penalty", "X", "lower logits for each time that a token was generated (0)",
       [](Arguments& a, const std::string& v) { a.frequency_penalty = number<float>(v); }},
      {"", "--presence-penalty", "X", "lower logits of generated tokens once (0)",
       [](Arguments& a, const std::string& v) { a.presence_penalty = number<float>(v); }},
      {"", "--seed", "N", "seed of the sampling (random)",
       [](Arguments& a, const std::string& v) { a.seed = number<uint64_t>(v); }},
      {"", "--tools", "FILE", "chat: tools that the model may call, JSON as OpenAI's API has it",
       [](Arguments& a, const std::string& v) { a.tools = v; }},
      {"", "--json", "", "print one JSON object; chat: one for each piece, a line each",
       [](Arguments& a, const std::string&) { a.json = true; }},
      {"", "--raw", "", "run: complete bare text, without the chat template",
       [](Arguments& a, const std::string&) { a.raw = true; }},
      {"", "--think", "", "let a thinking model think (default)",
       [](Arguments& a, const std::string&) { a.think = true; }},
      {"", "--no-think", "", "answer without thinking",
       [](Arguments& a, const std::string&) { a.think = false; }},
      {"", "--slide", "",
       "go on when the context is full, without what came first but for the system's message",
       [](Arguments& a, const std::string&) { a.slide = true; }},
      {"", "--no-special", "", "tokenize: special tokens are plain text",
       [](Arguments& a, const std::string&) { a.no_special = true; }},
      {"", "--n-prompt", "N", "bench: tokens of the prompt (512)",
       [](Arguments& a, const std::string& v) { a.benchmark.n_prompt = number<int>(v); }},
      {"", "--n-gen", "N", "bench: steps of decoding (64)",
       [](Arguments& a, const std::string& v) { a.benchmark.n_gen = number<int>(v); }},
      {"", "--depth", "N", "bench: positions in the cache before either (0)",
       [](Arguments& a, const std::string& v) { a.benchmark.depth = number<int>(v); }},
      {"", "--batch", "N", "bench: sequences decoded together (1)",
       [](Arguments& a, const std::string& v) { a.benchmark.batch = number<int>(v); }},
      {"", "--shared-prefix", "N",
       "bench: positions that those share, before 16 of each one's own (0)",
       [](Arguments& a, const std::string& v) { a.benchmark.shared_prefix = number<int>(v); }},
      {"", "--repeat", "N", "bench: samples of each quantity (7)",
       [](Arguments& a, const std::string& v) { a.benchmark.repeat = number<int>(v); }},
  };
  return all;
}

const Flag& find_flag(const std::string& name) {
  for (const Flag& f : flags()) {
    if (name == f.name || (name == f.short_name && !name.empty())) return f;
  }
  throw InvalidArgumentError("there is no flag " + quoted(name) + "; 'q3l --help' lists them");
}

// Handles the flag at argv[i]; returns the index of its last word.
int parse_flag(Arguments& arguments, int argc, char** argv, int i) {
  std::string name = argv[i], value;
  const size_t equals = name.find('=');
  const bool joined = equals != name.npos && name.starts_with("--");
  if (joined) {
    value = name.substr(equals + 1);
    name.resize(equals);
  }
  const Flag& flag = find_flag(name);
  const bool takes_value = *flag.value != '\0';
  if (joined && !takes_value) throw InvalidArgumentError(name + " takes no value");
  if (takes_value && !joined) {
    if (i + 1 >= argc) throw InvalidArgumentError(name + " needs a value: " + flag.value);
    value = argv[++i];
  }
  try {
    flag.set(arguments, value);
  } catch (const InvalidArgumentError& error) {
    throw InvalidArgumentError(name + " " + error.what());
  }
  return i;
}

}  // namespace

Arguments parse_arguments(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "-h" || word == "--help") return {};
    if (word.size() > 1 && word.front() == '-') {
      i = parse_flag(arguments, argc, argv, i);
    } else if (arguments.command.empty()) {
      if (std::ranges::find(kCommands, word) == kCommands.end()) {
        throw InvalidArgumentError("there is no command " + quoted(word) +
                                   "; 'q3l --help' lists them");
      }
      arguments.command = word;
    } else if (arguments.model.empty()) {
      arguments.model = word;
    } else {
      throw InvalidArgumentError("unexpected word " + quoted(word) + "; give the prompt with -p");
    }
  }
  if ((arguments.command == "run" || arguments.command == "tokenize") && arguments.prompt.empty()) {
    throw InvalidArgumentError("q3l " + arguments.command + " needs a text: -p TEXT");
  }
  if (!arguments.command.empty() && arguments.model.empty()) arguments.model = nano_path();
  return arguments;
}

std::string help_text() {
  std::string text =
      "q3l: Qwen3 language models on CPUs\n\n"
      "  q3l run [MODEL] -p TEXT       answer one message\n"
      "  q3l chat [MODEL]              talk, a line a turn: Ctrl-C stops an answer, /clear begins\n"
      "                                anew, /exit or Ctrl-D ends\n"
      "  q3l inspect [MODEL]           what a model file holds\n"
      "  q3l tokenize [MODEL] -p TEXT  token ids of a text\n"
      "  q3l bench [MODEL]             how fast a model runs here, beside the memory's bandwidth\n"
      "\nMODEL is a GGUF file; without one, nano is taken, which comes with qwen3lite. Flags:\n";
  for (const Flag& f : flags()) {
    std::string left = std::string("  ") +
                       (*f.short_name ? std::string(f.short_name) + ", " : "    ") + f.name + " " +
                       f.value;
    constexpr size_t kColumn = 28;
    left.resize(std::max(left.size(), kColumn), ' ');
    text += left + " " + f.help + "\n";
  }
  return text +
         "\nThe environment variable Q3L_ISA caps the instruction set (scalar, avx2, ...).\n";
}

SamplerParams sampling(const Arguments& a, SamplerParams params) {
  params.temperature = a.temperature.value_or(params.temperature);
  params.top_k = a.top_k.value_or(params.top_k);
  params.top_p = a.top_p.value_or(params.top_p);
  params.min_p = a.min_p.value_or(params.min_p);
  params.repetition_penalty = a.repetition_penalty.value_or(params.repetition_penalty);
  params.frequency_penalty = a.frequency_penalty.value_or(params.frequency_penalty);
  params.presence_penalty = a.presence_penalty.value_or(params.presence_penalty);
  params.seed = a.seed ? *a.seed : std::random_device{}();
  return params;
}

}  // namespace q3l::cli
