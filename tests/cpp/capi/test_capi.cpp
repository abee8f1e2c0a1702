// What C programs rely on: statuses and messages instead of exceptions, texts, sizes, and threads.
#include <doctest/doctest.h>

#include <climits>
#include <cstring>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "capi/q3l.h"
#include "support/temp_file.h"
#include "support/tiny_model.h"
#include "support/tiny_pack.h"

namespace q3l {

namespace {

// Of so many tokens that random weights hardly ever take one of the three that end a text.
const testing::TinyModel kWordy{.format = "Q8_0",
                                .n_embd = 32,
                                .n_head = 2,
                                .n_head_kv = 1,
                                .head_dim = 32,
                                .n_ff = 32,
                                .n_vocab = 40000};

struct Model {
  explicit Model(int n_ctx = 4096) : file(testing::tiny_model(kWordy).bytes()) {
    q3l_options options;
    q3l_options_init(&options, sizeof options);
    options.n_threads = 2;
    options.n_ctx = n_ctx;
    REQUIRE_MESSAGE(q3l_open(file.path().c_str(), &options, &model) == Q3L_OK, q3l_last_error());
  }
  ~Model() { q3l_close(model); }

  testing::TempFile file;
  q3l_model* model = nullptr;
};

struct Session {
  explicit Session(q3l_model* model) {
    REQUIRE(q3l_session_open(model, &session) == Q3L_OK);
    q3l_params_init(model, &params, sizeof params);
    params.max_tokens = 600;
    params.temperature = 1;
    params.top_k = 0;
    params.top_p = 1;
  }
  ~Session() { q3l_session_close(session); }
  q3l_status ask(const char* message, q3l_on_text* on_text = nullptr, void* user = nullptr) {
    return q3l_ask(session, message, &params, on_text, user, &result);
  }

  q3l_session* session = nullptr;
  q3l_params params;
  q3l_result result{};
};

bool last_error_has(const char* text) {
  return std::strstr(q3l_last_error(), text) != nullptr;
}

// Ends the answer at its first text, if it is `stops`.
struct Reader {
  static int read(const char* text, size_t length, void* user) {
    auto& self = *static_cast<Reader*>(user);
    self.is_terminated = self.is_terminated && std::strlen(text) == length;
    ++(length ? self.n_texts : self.n_empty);
    self.text.append(text, length);
    return self.stops && length > 0;
  }
  bool stops = false, is_terminated = true;
  int n_texts = 0, n_empty = 0;
  std::string text;
};

// Of the answer to "Hello" if nobody ends it: more than is computed ahead of its reader.
int whole_length(q3l_model* model) {
  Session session(model);
  REQUIRE(session.ask("Hello") == Q3L_OK);
  REQUIRE(session.result.n_generated > 300);
  return session.result.n_generated;
}

}  // namespace

TEST_CASE("a model that cannot be opened is NULL, with a status and a message") {
  int anything = 0;
  auto* model = reinterpret_cast<q3l_model*>(&anything);
  CHECK(q3l_open("/no/such/file.gguf", nullptr, &model) == Q3L_FILE_ERROR);
  CHECK(model == nullptr);
  CHECK(last_error_has("/no/such/file.gguf"));
  const testing::TempFile damaged("GGUF and no more");
  CHECK(q3l_open(damaged.path().c_str(), nullptr, &model) == Q3L_FORMAT_ERROR);
  CHECK(last_error_has(damaged.path().c_str()));
  CHECK(q3l_open(nullptr, nullptr, &model) == Q3L_INVALID_ARGUMENT);
  CHECK(last_error_has("path"));
  CHECK(q3l_open("model.gguf", nullptr, nullptr) == Q3L_INVALID_ARGUMENT);
  q3l_close(nullptr);
}

TEST_CASE("options out of range are refused by name") {
  const testing::TempFile file(testing::tiny_model(kWordy).bytes());
  q3l_model* model = nullptr;
  q3l_options options;
  auto refuses = [&](const char* named) {
    return q3l_open(file.path().c_str(), &options, &model) == Q3L_INVALID_ARGUMENT &&
           last_error_has(named);
  };
  q3l_options_init(&options, sizeof options);
  CHECK(options.n_ctx == 4096);
  CHECK(options.kv_type == std::string("f16"));
  options.n_ctx = -1;
  CHECK(refuses("n_ctx"));
  q3l_options_init(&options, sizeof options);
  options.kv_type = "q3";
  CHECK(refuses("'q3'"));
  q3l_options_init(&options, sizeof options);
  options.prompt_chunk = 0;
  CHECK(refuses("prompt_chunk"));
  q3l_options_init(&options, sizeof options - 1);  // of another header
  CHECK(refuses("q3l_options_init"));
}

TEST_CASE("tokens and their text are written as far as there is room") {
  Model tiny;
  CHECK(q3l_n_ctx(tiny.model) == 4096);
  CHECK(q3l_n_vocab(tiny.model) == kWordy.n_vocab);
  CHECK(q3l_name(tiny.model) == std::string("tiny"));
  size_t n = 0, length = 0;
  int32_t tokens[8] = {-1, -1, -1, -1, -1, -1, -1, -1};
  REQUIRE(q3l_tokenize(tiny.model, "the<|im_end|>", 1, tokens, 1, &n) == Q3L_OK);
  CHECK(n == 2);
  CHECK(tokens[1] == -1);
  REQUIRE(q3l_tokenize(tiny.model, "the<|im_end|>", 1, tokens, 8, &n) == Q3L_OK);
  char text[32] = "................";
  REQUIRE(q3l_detokenize(tiny.model, tokens, n, text, 6, &length) == Q3L_OK);
  CHECK(length == 13);
  CHECK(std::string(text) == "the<|");
  CHECK(text[6] == '.');
  REQUIRE(q3l_detokenize(tiny.model, tokens, n, text, sizeof text, &length) == Q3L_OK);
  CHECK(std::string(text) == "the<|im_end|>");
  REQUIRE(q3l_tokenize(tiny.model, "the<|im_end|>", 0, nullptr, 0, &n) == Q3L_OK);
  CHECK(n == 11);
  tokens[0] = kWordy.n_vocab;
  CHECK(q3l_detokenize(tiny.model, tokens, 1, text, 6, &length) == Q3L_INVALID_ARGUMENT);
  CHECK(last_error_has("40000"));
}

TEST_CASE("an answer comes in texts, all of which are kept") {
  Model tiny;
  Session session(tiny.model);
  CHECK(q3l_answer(session.session) == std::string());
  session.params.max_tokens = 20;
  Reader reader;
  REQUIRE(session.ask("Hello", Reader::read, &reader) == Q3L_OK);
  CHECK(reader.is_terminated);
  CHECK(reader.n_empty > 0);
  CHECK(session.result.finish == Q3L_LENGTH);
  CHECK(session.result.n_generated == 20);
  CHECK(reader.text == q3l_answer(session.session));
  Session again(tiny.model);  // the same parameters, the same answer
  again.params.max_tokens = 20;
  REQUIRE(again.ask("Hello") == Q3L_OK);
  CHECK(reader.text == q3l_answer(again.session));
  Session other(tiny.model);
  other.params.max_tokens = 20;
  other.params.seed = 1;
  REQUIRE(other.ask("Hello") == Q3L_OK);
  CHECK(reader.text != q3l_answer(other.session));
  const std::string middle = reader.text.substr(reader.text.size() / 2, 4);
  const char* const stop[] = {middle.c_str()};
  Session stopped(tiny.model);
  stopped.params.stop = stop;
  stopped.params.n_stop = 1;
  REQUIRE(stopped.ask("Hello") == Q3L_OK);
  CHECK(stopped.result.finish == Q3L_STOP);
  CHECK(reader.text.substr(0, reader.text.find(middle)) == q3l_answer(stopped.session));
}

TEST_CASE("a bare text is completed as it stands") {
  Model tiny;
  Session session(tiny.model);
  session.params.max_tokens = 5;
  REQUIRE(q3l_add(session.session, "system", "Be brief.") == Q3L_OK);
  q3l_result result;
  REQUIRE(q3l_complete(session.session, "the<|im_end|>", &session.params, nullptr, nullptr,
                       &result) == Q3L_OK);
  CHECK(result.n_prompt == 2);
  CHECK(q3l_complete(session.session, "", nullptr, nullptr, nullptr, nullptr) ==
        Q3L_INVALID_ARGUMENT);
}

TEST_CASE("a conversation goes on, and a failure leaves it as it was") {
  Model tiny(400);
  Session session(tiny.model);
  session.params.max_tokens = 10;
  REQUIRE(q3l_add(session.session, "system", "Be brief.") == Q3L_OK);
  CHECK(q3l_add(session.session, "robot", "Beep") == Q3L_INVALID_ARGUMENT);
  CHECK(last_error_has("'robot'"));
  REQUIRE(session.ask("Hello") == Q3L_OK);
  const int n_first = session.result.n_prompt;
  CHECK(session.result.n_reused == 0);
  const std::string answer = q3l_answer(session.session);
  CHECK(session.ask(std::string(1000, '!').c_str()) == Q3L_CONTEXT_OVERFLOW);
  session.params.temperature = -1;
  CHECK(session.ask("And?") == Q3L_INVALID_ARGUMENT);
  CHECK(last_error_has("temperature"));
  session.params.temperature = 1;
  Reader second;
  REQUIRE(session.ask("And?", Reader::read, &second) == Q3L_OK);
  CHECK(second.text == q3l_answer(session.session));
  size_t n_answer = 0;
  REQUIRE(q3l_tokenize(tiny.model, answer.c_str(), 0, nullptr, 0, &n_answer) == Q3L_OK);
  // "<|im_end|>\n", "<|im_start|>user\nAnd?<|im_end|>\n", "<|im_start|>assistant\n".
  CHECK(session.result.n_prompt == n_first + static_cast<int>(n_answer) + 2 + 12 + 11);
  CHECK(session.result.n_reused >= n_first - 1);
}

TEST_CASE("a callback ends the answer at once, and the session goes on") {
  Model tiny;
  const int n_whole = whole_length(tiny.model);
  Session session(tiny.model);
  Reader reader;
  reader.stops = true;
  REQUIRE(session.ask("Hello", Reader::read, &reader) == Q3L_OK);
  CHECK(session.result.finish == Q3L_CANCELLED);
  CHECK(session.result.n_generated < n_whole);
  CHECK(reader.n_texts == 1);
  CHECK(reader.text == q3l_answer(session.session));
  session.params.max_tokens = 5;
  REQUIRE(session.ask("And?") == Q3L_OK);
  CHECK(session.result.finish == Q3L_LENGTH);
}

TEST_CASE("an exception of a callback in C++ is a failure, no more") {
  Model tiny;
  Session session(tiny.model);
  auto throws = [](const char*, size_t, void*) -> int { throw std::runtime_error("no paper"); };
  CHECK(session.ask("Hello", throws) == Q3L_FAILED);
  CHECK(last_error_has("no paper"));
  session.params.max_tokens = 5;
  CHECK(session.ask("Hello") == Q3L_OK);
}

namespace {

// Says that an answer is under way, and waits before it reads on.
struct Meeting {
  static int read(const char*, size_t length, void* user) {
    auto& self = *static_cast<Meeting*>(user);
    if (length == 0) return 0;
    if (self.n_texts++ == 0) {
      self.begun.set_value();
      self.goes_on.get_future().wait();
    }
    return 0;
  }
  std::promise<void> begun, goes_on;
  int n_texts = 0;
};

}  // namespace

TEST_CASE("another thread cancels, and cannot ask meanwhile") {
  Model tiny;
  const int n_whole = whole_length(tiny.model);
  Session session(tiny.model);
  q3l_cancel(session.session);  // nothing is under way
  Meeting meeting;
  auto asked =
      std::async(std::launch::async, [&] { return session.ask("Hello", Meeting::read, &meeting); });
  meeting.begun.get_future().wait();
  CHECK(q3l_ask(session.session, "Me too", nullptr, nullptr, nullptr, nullptr) == Q3L_OVERLOADED);
  CHECK(last_error_has("answering"));
  CHECK(q3l_add(session.session, "user", "Me too") == Q3L_OVERLOADED);
  q3l_cancel(session.session);
  meeting.goes_on.set_value();
  CHECK(asked.get() == Q3L_OK);
  CHECK(session.result.finish == Q3L_CANCELLED);
  CHECK(session.result.n_generated < n_whole);
  CHECK(meeting.n_texts == 1);
  session.params.max_tokens = 5;
  REQUIRE(session.ask("And?") == Q3L_OK);
  CHECK(session.result.finish == Q3L_LENGTH);
}

TEST_CASE("two sessions answer at once as each does alone, though their model is closed") {
  std::string alone, together[2];
  {
    Model tiny;
    Session session(tiny.model);
    session.params.max_tokens = 40;
    REQUIRE(session.ask("Hello") == Q3L_OK);
    alone = q3l_answer(session.session);
  }
  auto tiny = std::make_unique<Model>();
  Session sessions[] = {Session(tiny->model), Session(tiny->model)};
  tiny.reset();
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&, i] {
      sessions[i].params.max_tokens = 40;
      if (sessions[i].ask("Hello") == Q3L_OK) together[i] = q3l_answer(sessions[i].session);
    });
  }
  for (std::thread& t : threads) t.join();
  CHECK(together[0] == alone);
  CHECK(together[1] == alone);
}

TEST_CASE("each thread has an error of its own") {
  CHECK(q3l_session_open(nullptr, nullptr) == Q3L_INVALID_ARGUMENT);
  std::string there = "unset";
  std::thread([&] { there = q3l_last_error(); }).join();
  CHECK(there.empty());
  CHECK(last_error_has("session"));
  CHECK(q3l_version() == std::string("0.1.0"));
}

TEST_CASE("expert packs plug in and out") {
  Model m;
  const gguf::Reader base(m.file.path());
  const testing::TempFile pack(testing::tiny_pack({}, kWordy, base).bytes());
  const testing::TempFile other(testing::tiny_pack({.base = 1}, kWordy, base).bytes());
  const auto answer = [&] {
    Session s(m.model);
    s.params.temperature = 0;
    s.params.max_tokens = 30;
    std::string text;
    const auto add = [](const char* piece, size_t n, void* all) {
      static_cast<std::string*>(all)->append(piece, n);
      return 0;
    };
    CHECK(s.ask("hello", add, &text) == Q3L_OK);
    return text;
  };
  const std::string before = answer();
  int id = 0;
  REQUIRE(q3l_load_experts(m.model, pack.path().c_str(), 0, &id) == Q3L_OK);
  CHECK(answer() != before);
  CHECK(q3l_unload_experts(m.model, id) == Q3L_OK);
  CHECK(answer() == before);
  CHECK(q3l_unload_experts(m.model, id) == Q3L_INVALID_ARGUMENT);
  CHECK(q3l_load_experts(m.model, pack.path().c_str(), 9, &id) == Q3L_INVALID_ARGUMENT);
  CHECK(q3l_load_experts(m.model, other.path().c_str(), 0, &id) == Q3L_INVALID_ARGUMENT);
  CHECK(std::string(q3l_last_error()).find("fingerprint") != std::string::npos);
  CHECK(q3l_load_experts(m.model, m.file.path().c_str(), 0, &id) == Q3L_FORMAT_ERROR);
  CHECK(q3l_load_experts(m.model, "missing.gguf", 0, &id) == Q3L_FILE_ERROR);
}

}  // namespace q3l
