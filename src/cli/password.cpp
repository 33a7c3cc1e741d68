#include "cli/password.h"

#include <array>
#include <cerrno>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include "base/file.h"
#include "serve/auth/passwords.h"

namespace osler::cli {
namespace {

using serve::auth::check_password;
using serve::auth::kLongestPassword;

// What the keys send while the terminal passes everything on.
constexpr char kInterrupt = 0x03;
constexpr char kEndOfText = 0x04;
constexpr char kBackspace = 0x08;
constexpr char kClearLine = 0x15;
constexpr char kDelete = 0x7F;

// The terminal, reading key by key and showing nothing, as it was again at the end of its scope.
class QuietTerminal {
 public:
  static Result<QuietTerminal> open() {
    const int file = ::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    termios before{};
    if (file < 0 || ::tcgetattr(file, &before) != 0) {
      if (file >= 0) {
        ::close(file);
      }
      return Error(ErrorCode::InvalidArgument, "there is no terminal to ask for a password on")
          .hint("give it with --password-stdin, or let osler make one with --random");
    }
    termios quiet = before;
    // Ctrl-C is read as a key, so that no signal can end us with the terminal still silent.
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHONL | ICANON | ISIG);
    quiet.c_cc[VMIN] = 1;
    quiet.c_cc[VTIME] = 0;
    ::tcsetattr(file, TCSAFLUSH, &quiet);
    return QuietTerminal(file, before);
  }

  QuietTerminal(QuietTerminal&& other) noexcept
      : file_(std::exchange(other.file_, -1)), before_(other.before_) {}
  QuietTerminal& operator=(QuietTerminal&&) = delete;
  ~QuietTerminal() {
    if (file_ >= 0) {
      ::tcsetattr(file_, TCSAFLUSH, &before_);
      ::close(file_);
    }
  }

  Result<std::string> ask(const std::string& prompt) {
    write(prompt);
    std::string typed;
    while (true) {
      const auto key = read_key();
      if (!key || *key == kInterrupt || *key == kEndOfText) {
        write("\n");
        return Error(ErrorCode::InvalidArgument, "no password was given")
            .hint("run the same command again");
      }
      if (*key == '\r' || *key == '\n') {
        write("\n");
        return typed;
      }
      take(*key, typed);
    }
  }

 private:
  QuietTerminal(int file, const termios& before) : file_(file), before_(before) {}

  void write(std::string_view text) const {
    // A terminal that takes no prompt gives no password either.
    static_cast<void>(::write(file_, text.data(), text.size()) < 0);
  }

  [[nodiscard]] std::optional<char> read_key() const {
    char key = 0;
    ssize_t got = -1;
    do {
      got = ::read(file_, &key, 1);
    } while (got < 0 && errno == EINTR);
    return got == 1 ? std::optional(key) : std::nullopt;
  }

  static void take(char key, std::string& typed) {
    if (key == kClearLine) {
      typed.clear();
    } else if (key == kBackspace || key == kDelete) {
      // One character, which may be several bytes of UTF-8.
      while (!typed.empty() && (static_cast<unsigned char>(typed.back()) & 0xC0U) == 0x80U) {
        typed.pop_back();
      }
      if (!typed.empty()) {
        typed.pop_back();
      }
    } else if (typed.size() <= kLongestPassword) {
      typed += key;
    }
  }

  int file_;
  termios before_;
};

Result<std::string> from_terminal(std::string_view user) {
  OSLER_TRY(auto terminal, QuietTerminal::open());
  OSLER_TRY(std::string password, terminal.ask("password for " + std::string(user) + ": "));
  // Said before it is typed again.
  OSLER_TRY_DO(check_password(password, user));
  OSLER_TRY(const std::string again, terminal.ask("once more: "));
  if (again != password) {
    return Error(ErrorCode::InvalidArgument, "the two passwords differ")
        .hint("run the same command again");
  }
  return password;
}

Result<std::string> from_input() {
  if (::isatty(STDIN_FILENO) == 1) {
    return Error(ErrorCode::InvalidArgument, "--password-stdin reads from a pipe or a file")
        .hint("leave it out: the terminal does not show what you type then");
  }
  std::string text;
  std::array<char, 4096> buffer{};
  // One that is too long is refused by its length; the rest need not be read.
  while (text.size() <= kLongestPassword + 2) {
    const ssize_t got = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      return file_error(errno, "read it", "standard input");
    }
    if (got == 0) {
      break;
    }
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  if (text.ends_with('\n')) {
    text.pop_back();
  }
  if (text.ends_with('\r')) {
    text.pop_back();
  }
  return text;
}

std::string made_for(std::string_view user) {
  std::string password = serve::auth::random_password();
  while (!check_password(password, user)) {
    password = serve::auth::random_password();  // it held the user's name
  }
  return password;
}

}  // namespace

std::vector<Option> password_options() {
  return {{"password-stdin", "", "read the password from standard input"},
          {"random", "", "make a password and show it once"}};
}

Result<GivenPassword> take_password(const Arguments& arguments, std::string_view user) {
  if (arguments.has("random") && arguments.has("password-stdin")) {
    return Error(ErrorCode::InvalidArgument, "--random and --password-stdin exclude each other")
        .hint("give one of them");
  }
  if (arguments.has("random")) {
    return GivenPassword{.text = made_for(user), .is_made = true};
  }
  GivenPassword given;
  if (arguments.has("password-stdin")) {
    OSLER_TRY(given.text, from_input());
  } else {
    OSLER_TRY(given.text, from_terminal(user));
  }
  OSLER_TRY_DO(check_password(given.text, user));
  return given;
}

}  // namespace osler::cli
