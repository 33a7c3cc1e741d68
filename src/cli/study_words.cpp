#include "cli/study_words.h"

#include "base/parallel.h"
#include "base/text.h"
#include "study/study.h"

namespace osler::cli {
namespace {

// "C. Lead: reason; D. Chief: reason".
Result<std::vector<deploy::gates::SignOff>> sign_offs(const std::string& text) {
  std::vector<deploy::gates::SignOff> list;
  for (const auto& entry : split(text, ';')) {
    const std::size_t colon = entry.find(':');
    if (colon == std::string::npos) {
      return Error(ErrorCode::InvalidArgument,
                   "--sign-off takes \"NAME: reason; NAME: reason\", not \"" + text + "\"");
    }
    list.push_back({.person = std::string(trim(entry.substr(0, colon))),
                    .reason = std::string(trim(entry.substr(colon + 1)))});
  }
  return list;
}

}  // namespace

std::vector<Option> run_options() {
  return {{"data", "DIR", "what ${DATA} stands for in the study file"},
          {"seed", "N", "default 1; the same seed gives the same model"},
          {"threads", "N", "of the learner, default: all cores"},
          {"sign-off", "TEXT",
           "\"NAME: reason; NAME: reason\": two people who answer for gates "
           "that did not pass"}};
}

Result<workflow::RunRequest> run_request(const Arguments& arguments,
                                         const std::string& study_file) {
  workflow::RunRequest request;
  OSLER_TRY(request.study, study::load(study_file, arguments.text("data").value_or("")));
  OSLER_TRY(const auto seed, arguments.integer("seed", 1, 0, INT64_MAX));
  request.seed = static_cast<std::uint64_t>(seed);
  const auto cores = static_cast<std::int64_t>(std::min<std::size_t>(2, hardware_threads()));
  OSLER_TRY(const auto threads, arguments.integer("threads", cores, 1, 2));
  request.threads = static_cast<std::size_t>(threads);
  if (const auto text = arguments.text("sign-off")) {
    OSLER_TRY(request.sign_offs, sign_offs(*text));
  }
  return request;
}

void say_result(const Context& context, const workflow::StudyResult& result) {
  for (const auto& gate : result.gates) {
    if (gate.status != deploy::gates::Status::Pass) {
      context.say("gate " + std::string(deploy::gates::to_string(gate.status)) + "   " +
                  gate.sentence);
    }
  }
  if (result.version) {
    context.say("model     " + result.name + " " + std::to_string(*result.version) + ", " +
                result.digest.substr(0, 8) + ", in development: " + result.package.string());
  } else {
    context.say("model     none: " + result.blocked_because);
  }
  context.say("report    " + result.report_html.string());
  context.say("run " + result.run + "   " + clock_time(result.seconds));
}

}  // namespace osler::cli
