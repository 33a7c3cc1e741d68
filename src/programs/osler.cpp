#include <csignal>
#include <string>
#include <vector>

#include "cli/verb.h"

int main(int argc, char** argv) {
  // A file that grows beyond the user's limit is an error to be told, not the end; so for the
  // programs that are started from here.
  std::signal(SIGXFSZ, SIG_IGN);
  const std::vector<std::string> words(argv + 1, argv + argc);
  return osler::cli::run_program(words);
}
