// The command line of q3l: a command, a model and flags, each flag described once for parsing and
// for help.
#pragma once

#include <limits>
#include <optional>
#include <string>

#include <vector>

#include "engine/benchmark.h"
#include "engine/memory_plan.h"
#include "sampler/sampler.h"

namespace q3l::cli {

struct Arguments {
  std::string command;  // "run", "chat", "inspect", "tokenize", "bench"; empty: help was asked for
  std::string model;    // path of a GGUF file, nano's where none was given
  std::string prompt;
  std::string tools;  // path, empty where none are offered
  int max_tokens = std::numeric_limits<int>::max();
  EngineOptions engine;
  Asked asked;                        // which of these were given
  std::optional<uint64_t> mem_limit;  // bytes
  BenchmarkOptions benchmark;         // engine left out
  std::optional<float> temperature, top_p, min_p;
  std::optional<float> repetition_penalty, frequency_penalty, presence_penalty;
  std::optional<int> top_k;
  std::optional<uint64_t> seed;
  bool json = false;
  bool raw = false;
  bool think = true;
  bool no_special = false;
  bool slide = false;
};

// Throws InvalidArgumentError, one sentence that names the flag.
Arguments parse_arguments(int argc, char** argv);

std::string help_text();

// The flags given, over `defaults`; a seed from the system where none was given.
SamplerParams sampling(const Arguments& arguments, SamplerParams defaults);

}  // namespace q3l::cli
