#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/progress.h"
#include "base/result.h"
#include "cli/arguments.h"
#include "workflow/home.h"

namespace osler::cli {

// Where a verb runs and how it speaks.
struct Context {
  std::filesystem::path home;
  bool json = false;
  Progress& progress;

  // The home, made where there is none. Errors as workflow::Home::open.
  [[nodiscard]] Result<workflow::Home> open_home() const;

  // Lines for people, on standard output; silent with --json.
  void say(std::string_view line) const;
};

// What a verb ends with: its document for --json and its exit code. Without --json the verb has
// said what there is to say.
struct Outcome {
  std::string document;  // one line of JSON; empty where the verb wrote it as it went
  int exit_code = 0;
};

struct Verb {
  Usage usage;
  std::function<Result<Outcome>(const Context&, const Arguments&)> run;
};

// Runs the program: `words` is the command line without the program's name. Returns the exit code.
[[nodiscard]] int run_program(std::span<const std::string> words);

// All verbs, in the order of the overview.
[[nodiscard]] const std::vector<Verb>& verbs();

}  // namespace osler::cli
