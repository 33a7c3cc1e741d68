#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <new>

#include "base/file.h"
#include "base/text.h"
#include "base/version.h"
#include "cli/terminal.h"
#include "cli/verb.h"

namespace osler::cli {
namespace {

constexpr std::string_view kOverview =
    "osler: from the hospital's archive to the bedside. Decision support, not a cleared medical "
    "device.\n\n"
    "  take in     ingest   deidentify   phantom\n"
    "  data sets   dataset  label\n"
    "  learn       train    evaluate     runs\n"
    "  models      model    predict\n"
    "  people      user     token\n"
    "  serve       serve    label\n"
    "  check       audit\n"
    "  operate     backup   restore     doctor\n\n"
    "Start with ./x demo, or osler VERB --help.\n";

void print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

std::filesystem::path default_home() {
  const char* home = std::getenv("HOME");  // NOLINT(concurrency-mt-unsafe): no thread yet
  return std::filesystem::path(home == nullptr ? "." : home) / ".osler";
}

// What to do where the error itself does not say.
std::string_view advice_for(ErrorCode code) {
  switch (code) {
    case ErrorCode::InvalidArgument:
      return "see osler VERB --help, and docs/guides/study-file.md for the study file";
    case ErrorCode::NotFound:
      return "check the name and the path";
    case ErrorCode::PermissionDenied:
      return "give this user the right to it, or choose another place";
    case ErrorCode::FailedPrecondition:
      return "bring the data or the state into order, then run the same command again";
    case ErrorCode::NotSupported:
      return "convert it to something that is offered; docs/capabilities.md says what is";
    case ErrorCode::DataCorrupt:
      return "fetch or export the file again, or restore it from the backup";
    case ErrorCode::Unavailable:
      return "run the same command again";
    case ErrorCode::Internal:
      break;
  }
  return "this is a fault of osler: report it with the command that you gave";
}

// No error leaves without a place and advice. The verb alone is named: arguments can name patients.
Error completed(Error error, std::string_view verb) {
  if (error.where.empty()) {
    error.where = "osler " + std::string(verb);
  }
  if (error.advice.empty()) {
    error.advice = advice_for(error.code);
  }
  return error;
}

int fail(const Error& error, bool json) {
  if (json) {
    print(error_json(error));
  } else {
    const std::string text = error_text(error);
    std::fwrite(text.data(), 1, text.size(), stderr);
  }
  return exit_code(error.code);
}

// "dataset import" before "dataset".
const Verb* find(std::span<const std::string> words, std::size_t& taken) {
  for (std::size_t count = std::min<std::size_t>(2, words.size()); count > 0; --count) {
    const std::string name = join(words.first(count), " ");
    for (const Verb& verb : verbs()) {
      if (verb.usage.verb == name) {
        taken = count;
        return &verb;
      }
    }
  }
  return nullptr;
}

// What "osler dataset" alone shows: its sub-verbs, a line each.
std::string sub_verbs(std::string_view group) {
  std::string text;
  for (const Verb& verb : verbs()) {
    if (verb.usage.verb.starts_with(std::string(group) + " ")) {
      text += "  osler " + verb.usage.verb + " " + verb.usage.form + "\n      " +
              verb.usage.summary + "\n";
    }
  }
  return text;
}

Error unknown_verb(std::span<const std::string> words) {
  const bool is_group = !sub_verbs(words[0]).empty() && words.size() > 1;
  const std::string given = is_group ? words[0] + " " + words[1] : words[0];
  std::vector<std::string> names;
  for (const Verb& verb : verbs()) {
    names.push_back(verb.usage.verb);
  }
  const auto near = nearest(given, names);
  return Error(ErrorCode::InvalidArgument, "osler has no verb \"" + given + "\"")
      .at("osler " + join(words, " "))
      .hint(near ? "write osler " + *near + ", or see osler --help" : "see osler --help");
}

bool asks(std::span<const std::string> words, std::string_view option) {
  return std::ranges::find(words, option) != words.end();
}

Result<Outcome> run_verb(const Verb& verb, const Arguments& arguments) {
  const bool quiet = arguments.has("quiet");
  const std::unique_ptr<Progress> progress =
      quiet ? std::unique_ptr<Progress>(std::make_unique<NoProgress>())
            : std::make_unique<TerminalProgress>();
  const auto home = arguments.text("home");
  const Context context{.home = home ? std::filesystem::path(*home) : default_home(),
                        .json = arguments.has("json"),
                        .progress = *progress};
  // Libraries throw where memory ends, or at what nobody thought of: still one document, one line.
  try {
    return verb.run(context, arguments);
  } catch (const std::bad_alloc&) {
    return Error(ErrorCode::Unavailable, "out of memory")
        .hint("end other programs, or use a machine with more memory");
  } catch (const std::exception& thrown) {
    return Error(ErrorCode::Internal, std::string("something unforeseen: ") + thrown.what());
  }
}

}  // namespace

Result<workflow::Home> Context::open_home() const {
  static const SystemClock kClock;
  return workflow::Home::open(home, kClock);
}

void Context::say(std::string_view line) const {
  if (!json) {
    print(line);
    print("\n");
  }
}

namespace {

int answer(std::span<const std::string> words) {
  const bool json = asks(words, "--json");
  if (words.empty() || words[0] == "--help" || words[0] == "help") {
    print(kOverview);
    return 0;
  }
  if (words[0] == "--version") {
    print("osler " + std::string(version()) + "\n");
    return 0;
  }
  std::size_t taken = 0;
  const Verb* verb = find(words, taken);
  if (verb == nullptr) {
    const std::string group = sub_verbs(words[0]);
    if (!group.empty() && (words.size() == 1 || words[1] == "--help")) {
      print(group);
      return 0;
    }
    return fail(unknown_verb(words), json);
  }
  auto arguments = Arguments::parse(verb->usage, words.subspan(taken));
  if (!arguments) {
    return fail(completed(arguments.error(), verb->usage.verb), json);
  }
  if (arguments->has("help")) {
    print(help_page(verb->usage));
    return 0;
  }
  const auto outcome = run_verb(*verb, *arguments);
  if (!outcome) {
    return fail(completed(outcome.error(), verb->usage.verb), json);
  }
  if (json && !outcome->document.empty()) {
    print(outcome->document + "\n");
  }
  return outcome->exit_code;
}

}  // namespace

int run_program(std::span<const std::string> words) {
  const int code = answer(words);
  // Whoever reads a document from a file must not take half of one for the whole.
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) {
    return code;
  }
  return fail(file_error(errno, "write it", "standard output"), false);
}

}  // namespace osler::cli
