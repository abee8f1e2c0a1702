// Ctrl-C, as something that a command can wait for and get over.
#pragma once

namespace q3l::cli {

struct Interrupted {};

// From now on Ctrl-C is remembered instead of ending the program.
void catch_interrupts();
void forget_interrupt();
// Throws Interrupted if there was one since the last that was thrown or forgotten.
void poll_interrupt();

}  // namespace q3l::cli
