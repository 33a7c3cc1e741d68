#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/arguments.h"

namespace osler::cli {

struct GivenPassword {
  std::string text;
  bool is_made = false;  // by us: the user has to be told
};

// --password-stdin and --random.
[[nodiscard]] std::vector<Option> password_options();

// A password for `user`, never from the command line, where every process of the machine can read
// it: made by us (--random), from standard input up to its end without the last new line
// (--password-stdin), or asked for twice on the terminal, which does not show it.
// InvalidArgument: serve::auth::check_password() refuses it, the two differ, both options, no
// terminal, or given up with Ctrl-C.
[[nodiscard]] Result<GivenPassword> take_password(const Arguments& arguments,
                                                  std::string_view user);

}  // namespace osler::cli
