// The engine for C programs (C99). A model is opened once and serves any number of threads, each
// with a session of its own. Functions that can fail return a status; q3l_last_error() says more.
// INVARIANT: no exception leaves a function, and the library prints nothing.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// All texts are UTF-8 and end with a NUL; bytes that are no UTF-8 are read as U+FFFD. Pointers may
// be NULL only where it is said. What a call is given is copied, or no longer used when it returns.

typedef enum q3l_status {
  Q3L_OK = 0,
  Q3L_INVALID_ARGUMENT = 1,   // NULL, or outside its range
  Q3L_FILE_ERROR = 2,         // a file that cannot be opened or read
  Q3L_FORMAT_ERROR = 3,       // a model file that is damaged
  Q3L_UNSUPPORTED_MODEL = 4,  // a model that is not damaged, but that this library cannot run
  Q3L_CONTEXT_OVERFLOW = 5,   // the conversation has more tokens than n_ctx, or than memory
  Q3L_OVERLOADED = 6,         // the session is answering already, or too much waits: try later
  Q3L_OUT_OF_MEMORY = 7,
  Q3L_FAILED = 8  // anything else
} q3l_status;

// "0.1.0". A program may be linked with a later library of the same first number than the header
// that it was compiled with.
const char* q3l_version(void);

// Of the last function that failed on this thread: one sentence that names the file or value, and
// the remedy. Empty if none did. Valid until the next one fails on this thread.
const char* q3l_last_error(void);

// --- Models -------------------------------------------------------------------------------------

typedef struct q3l_model q3l_model;

typedef struct q3l_options {
  size_t size;          // of this structure, set by q3l_options_init; new members come last
  int n_threads;        // 0: one for each core that the process may use
  int n_ctx;            // most tokens of a conversation, answers included (4096)
  const char* kv_type;  // how keys and values are kept: "f32", "f16" (default), "q8_0", "q4_0"
  uint64_t kv_bytes;    // memory for them, of all sessions; 0: a quarter of what is available
  int prompt_chunk;     // most prompt tokens computed at once (512): fewer want less memory, and
                        // end sooner when they are cancelled, but take longer
} q3l_options;

// Sets the defaults: q3l_options_init(&options, sizeof options).
void q3l_options_init(q3l_options* options, size_t size);

// Opens a GGUF file and sets *model, to NULL on failure; `options` may be NULL for the defaults.
// Weights are used where they lie in the file, which must not change meanwhile.
q3l_status q3l_open(const char* path, const q3l_options* options, q3l_model** model);

// May be NULL. The model's memory is given back when its last session is closed, too.
void q3l_close(q3l_model* model);

// These may be called by any number of threads. The name, as the file has it, lives as long as the
// model.
int q3l_n_ctx(const q3l_model* model);
int q3l_n_vocab(const q3l_model* model);
const char* q3l_name(const q3l_model* model);

// Sets *n to how many tokens the text has, and writes as many of them as there is room for: with
// capacity 0, where `tokens` may be NULL, none. With `special` not 0, control tokens written in the
// text, such as <|im_end|>, become what they are called; else they are ordinary text.
q3l_status q3l_tokenize(const q3l_model* model, const char* text, int special, int32_t* tokens,
                        size_t capacity, size_t* n);

// Sets *length to the bytes of the tokens' text, and writes as much of it as there is room for,
// then a NUL, as snprintf does: with capacity 0, where `text` may be NULL, nothing. A part of the
// tokens may begin or end within a character.
q3l_status q3l_detokenize(const q3l_model* model, const int32_t* tokens, size_t n, char* text,
                          size_t capacity, size_t* length);

// Plugs an expert pack in (docs/experts.md), between two steps of whatever is computed, and sets
// *id; a token takes `top_k` of its choices, or with 0 as many as the pack says. On failure the
// model is as it was. Any thread may do so; sessions go on, and what they compute from now on is
// computed with the pack.
q3l_status q3l_load_experts(q3l_model* model, const char* path, int top_k, int* id);

// Takes a pack out again.
q3l_status q3l_unload_experts(q3l_model* model, int id);

// --- Sessions -----------------------------------------------------------------------------------

// A conversation. What was computed for it stays in memory, so that a turn costs what is new in it.
// One thread at a time, q3l_cancel excepted: others get Q3L_OVERLOADED.
typedef struct q3l_session q3l_session;

// Sets *session, to NULL on failure. A session may outlive the q3l_close of its model.
q3l_status q3l_session_open(q3l_model* model, q3l_session** session);

// May be NULL. REQUIRES: no other function is at work with it.
void q3l_session_close(q3l_session* session);

typedef struct q3l_params {
  size_t size;               // of this structure, set by q3l_params_init; new members come last
  int max_tokens;            // of the answer; INT_MAX (default): until it or the context ends
  float temperature;         // 0: the likeliest token, and the same answer each time
  int top_k;                 // only the k likeliest tokens; 0: all
  float top_p;               // the likeliest tokens whose probabilities add up to p; 1: all
  float min_p;               // only tokens at least this fraction as probable as the likeliest
  float repetition_penalty;  // divides the logits of tokens that were there before; 1: none
  uint64_t seed;             // the same seed gives the same answer (0)
  int thinking;              // 0 (default): answers at once. Else models that can think do so
                             // first: the text begins with <think> ... </think>
  int slide;                 // not 0: a full context forgets what came first; else the answer ends
  const char* const* stop;   // the answer ends where one of these texts would begin; NULL if
  size_t n_stop;             // n_stop is 0 (default)
} q3l_params;

// Sets the defaults: q3l_params_init(model, &params, sizeof params). Sampling is what the model's
// file recommends, else temperature 0.6, top_k 20, top_p 0.95.
void q3l_params_init(const q3l_model* model, q3l_params* params, size_t size);

// Called on the thread that asked, with text as it comes: whole characters and a NUL, of `length`
// bytes. While nothing comes, a long prompt being computed say, it is called with an empty text
// some times a second, so that it can feed a watchdog. Not 0 ends the answer. It may use other
// sessions, but not its own, except for q3l_cancel; and it has to return (no longjmp).
typedef int q3l_on_text(const char* text, size_t length, void* user);

typedef enum q3l_finish {
  Q3L_STOP = 1,      // the model ended its turn, or a stop text came up
  Q3L_LENGTH = 2,    // max_tokens, or the context is full
  Q3L_CANCELLED = 3  // by the callback or q3l_cancel
} q3l_finish;

typedef struct q3l_result {
  q3l_finish finish;
  int n_prompt;           // tokens of the conversation so far
  int n_reused;           // of those, the ones that were computed earlier
  int n_generated;        // tokens of the answer
  double prompt_seconds;  // until the answer's first token
  double decode_seconds;  // from there to its end
} q3l_result;

// Adds a message without asking for an answer: role "system" (first of all), or "user" and
// "assistant" for a conversation held earlier.
q3l_status q3l_add(q3l_session* session, const char* role, const char* text);

// Adds a user's message, and the model's answer to the conversation. `params` (NULL: the defaults),
// `on_text` and `result` may be NULL. An answer that was cancelled stays as far as it got; on
// failure the conversation is what it was before.
q3l_status q3l_ask(q3l_session* session, const char* message, const q3l_params* params,
                   q3l_on_text* on_text, void* user, q3l_result* result);

// The same for a bare text, which the model goes on with: neither a chat template nor the
// conversation's messages play a part. Control tokens written in it are what they are called.
q3l_status q3l_complete(q3l_session* session, const char* text, const q3l_params* params,
                        q3l_on_text* on_text, void* user, q3l_result* result);

// All of the text that the last q3l_ask or q3l_complete gave, empty before the first. Valid until
// the session's next.
const char* q3l_answer(const q3l_session* session);

// Ends what q3l_ask or q3l_complete is doing, soon: after the step under way. Does nothing when
// nothing is. From any thread, but from no signal handler.
void q3l_cancel(q3l_session* session);

#ifdef __cplusplus
}
#endif
