#include "support/tiny_model.h"

#include "support/byte_vocabulary.h"
#include "support/random_tensors.h"

namespace q3l::testing {

namespace {

void add_vocabulary(GgufBuilder& file, const TinyModel& m) {
  std::vector<std::string> tokens;
  for (bool printable : {true, false}) {
    for (int b = 0; b < 256; ++b) {
      const char byte = static_cast<char>(b);
      if (is_printable(static_cast<uint8_t>(byte)) == printable) {
        tokens.push_back(in_byte_alphabet({&byte, 1}));
      }
    }
  }
  for (const char* text : {"th", "the", "<|endoftext|>", "<|im_start|>", "<|im_end|>"}) {
    tokens.push_back(text);
  }
  std::vector<int32_t> kinds(tokens.size(), 1);
  for (size_t i = tokens.size() - 3; i < tokens.size(); ++i) kinds[i] = 3;
  if (m.calls_tools) {
    tokens.insert(tokens.end(), {"<tool_call>", "</tool_call>"});
    kinds.insert(kinds.end(), {4, 4});
  }
  while (static_cast<int>(tokens.size()) < m.n_vocab) {
    tokens.push_back("[PAD" + std::to_string(tokens.size()) + "]");
    kinds.push_back(5);
  }
  file.key("tokenizer.ggml.model", "gpt2");
  file.key("tokenizer.ggml.pre", "qwen2");
  file.key("tokenizer.ggml.tokens", tokens);
  file.key("tokenizer.ggml.token_type", kinds);
  file.key("tokenizer.ggml.merges", std::vector<std::string>{"t h", "th e"});
  file.key("tokenizer.ggml.eos_token_id", uint32_t{260});
  file.key("tokenizer.ggml.add_bos_token", false);
}

void add_attention(RandomTensors& tensors, const TinyModel& m, const std::string& layer) {
  tensors.vector(layer + "attn_norm.weight", m.n_embd);
  tensors.matrix(layer + "attn_q.weight", m.n_head * m.head_dim, m.n_embd);
  tensors.matrix(layer + "attn_k.weight", m.n_head_kv * m.head_dim, m.n_embd);
  tensors.matrix(layer + "attn_v.weight", m.n_head_kv * m.head_dim, m.n_embd);
  tensors.matrix(layer + "attn_output.weight", m.n_embd, m.n_head * m.head_dim);
  if (m.architecture.starts_with("qwen3")) {
    tensors.vector(layer + "attn_q_norm.weight", m.head_dim);
    tensors.vector(layer + "attn_k_norm.weight", m.head_dim);
  }
  if (m.architecture == "qwen2") {
    tensors.vector(layer + "attn_q.bias", m.n_head * m.head_dim, 0.0f);
    tensors.vector(layer + "attn_k.bias", m.n_head_kv * m.head_dim, 0.0f);
    tensors.vector(layer + "attn_v.bias", m.n_head_kv * m.head_dim, 0.0f);
  }
}

void add_experts(RandomTensors& tensors, const TinyModel& m, const std::string& layer) {
  tensors.matrix(layer + "ffn_gate_inp.weight", m.n_expert, m.n_embd);
  tensors.stack(layer + "ffn_gate_exps.weight", m.n_expert, m.n_ff_expert, m.n_embd);
  tensors.stack(layer + "ffn_up_exps.weight", m.n_expert, m.n_ff_expert, m.n_embd);
  tensors.stack(layer + "ffn_down_exps.weight", m.n_expert, m.n_embd, m.n_ff_expert);
}

}  // namespace

GgufBuilder tiny_model(const TinyModel& m, uint64_t seed) {
  GgufBuilder file;
  const std::string prefix = m.architecture + ".";
  file.key("general.architecture", m.architecture);
  file.key("general.name", "tiny");
  for (auto [key, value] : {std::pair{"block_count", m.n_layer},
                            {"embedding_length", m.n_embd},
                            {"feed_forward_length", m.n_ff},
                            {"attention.head_count", m.n_head},
                            {"attention.head_count_kv", m.n_head_kv},
                            {"attention.key_length", m.head_dim},
                            {"attention.value_length", m.head_dim},
                            {"context_length", m.n_ctx_train}}) {
    file.key(prefix + key, static_cast<uint32_t>(value));
  }
  if (m.n_expert) {
    file.key(prefix + "expert_count", static_cast<uint32_t>(m.n_expert));
    file.key(prefix + "expert_used_count", static_cast<uint32_t>(m.n_expert_used));
    file.key(prefix + "expert_weights_norm", true);
  }
  file.key(prefix + "attention.layer_norm_rms_epsilon", 1e-6f);
  file.key(prefix + "rope.freq_base", 10000.0f);
  if (m.yarn_factor > 0) {
    file.key(prefix + "rope.scaling.type", "yarn");
    file.key(prefix + "rope.scaling.factor", m.yarn_factor);
  }
  add_vocabulary(file, m);

  RandomTensors tensors(file, *find_format(m.format), seed);
  tensors.matrix("token_embd.weight", m.n_vocab, m.n_embd);
  for (int i = 0; i < m.n_layer; ++i) {
    const std::string layer = "blk." + std::to_string(i) + ".";
    add_attention(tensors, m, layer);
    tensors.vector(layer + "ffn_norm.weight", m.n_embd);
    if (m.n_expert && i % 2 == 1) {
      add_experts(tensors, m, layer);
    } else {
      tensors.matrix(layer + "ffn_gate.weight", m.n_ff, m.n_embd);
      tensors.matrix(layer + "ffn_up.weight", m.n_ff, m.n_embd);
      tensors.matrix(layer + "ffn_down.weight", m.n_embd, m.n_ff);
    }
  }
  tensors.vector("output_norm.weight", m.n_embd);
  if (!m.tied) tensors.matrix("output.weight", m.n_vocab, m.n_embd, m.sharpness);
  return file;
}

}  // namespace q3l::testing
