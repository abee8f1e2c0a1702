// Asks a model a question and prints the answer as it comes; Ctrl-C ends it early:
//   cc -std=c99 controller.c $(pkg-config --cflags --libs q3l) -o controller
//   ./controller model.gguf "What is 17 + 25?"
#include <q3l.h>
#include <signal.h>
#include <stdio.h>

static volatile sig_atomic_t interrupted = 0;

static void interrupt(int signal_number) {
  (void)signal_number;
  interrupted = 1;
}

// Also called, with an empty text, while nothing comes: here a controller would feed its watchdog.
static int print(const char* text, size_t length, void* user) {
  fwrite(text, 1, length, user);
  fflush(user);
  return interrupted;
}

static int fail(const char* what) {
  fprintf(stderr, "controller: cannot %s: %s\n", what, q3l_last_error());
  return 1;
}

static int converse(q3l_model* model, q3l_session* session, const char* question) {
  q3l_params params;
  q3l_result result;
  q3l_params_init(model, &params, sizeof params);
  params.temperature = 0;  // the same answer each time
  params.max_tokens = 200;
  if (q3l_add(session, "system", "You are a helpful assistant.") != Q3L_OK ||
      q3l_ask(session, question, &params, print, stdout, &result) != Q3L_OK) {
    return fail("ask");
  }
  printf("\n");
  if (result.finish == Q3L_CANCELLED) fprintf(stderr, "controller: interrupted\n");
  return result.finish == Q3L_CANCELLED;
}

int main(int argc, char** argv) {
  q3l_options options;
  q3l_model* model;
  q3l_session* session;
  int status;
  if (argc != 3) {
    fprintf(stderr, "usage: controller MODEL QUESTION\n");
    return 2;
  }
  signal(SIGINT, interrupt);
  q3l_options_init(&options, sizeof options);
  options.n_ctx = 1024;
  if (q3l_open(argv[1], &options, &model) != Q3L_OK) return fail("open the model");
  if (q3l_session_open(model, &session) != Q3L_OK) {
    q3l_close(model);
    return fail("open a session");
  }
  status = converse(model, session, argv[2]);
  q3l_session_close(session);
  q3l_close(model);
  return status;
}
