#include <string>
#include <vector>

#include "cli/verb.h"

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  return osler::cli::run_program(words);
}
