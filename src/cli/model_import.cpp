#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/text.h"
#include "cli/study_words.h"
#include "cli/verbs.h"

namespace osler::cli {
namespace {

Result<std::vector<double>> numbers(const Arguments& arguments, const std::string& name) {
  std::vector<double> list;
  const auto text = arguments.text(name);
  if (!text) {
    return list;
  }
  for (const auto& part : split(*text, ',')) {
    const auto number = parse_number(part);
    if (!number) {
      return Error(ErrorCode::InvalidArgument,
                   "--" + name + " takes numbers parted by commas, not \"" + *text + "\"");
    }
    list.push_back(*number);
  }
  return list;
}

Result<Outcome> run(const Context& context, const Arguments& arguments) {
  const auto study = arguments.text("study");
  if (!study) {
    return Error(ErrorCode::InvalidArgument, "osler model import needs --study STUDY.yaml")
        .hint("see osler model import --help");
  }
  OSLER_TRY(const auto request, run_request(arguments, *study));
  workflow::ImportOptions options;
  options.onnx = arguments.positional().front();
  options.scores = arguments.text("scores").value_or("auto");
  OSLER_TRY(const auto positive, arguments.integer("positive-class", 1, 0, 10'000));
  options.positive_class = static_cast<std::size_t>(positive);
  OSLER_TRY(options.scale, numbers(arguments, "scale"));
  OSLER_TRY(options.shift, numbers(arguments, "shift"));
  OSLER_TRY(auto home, context.open_home());
  OSLER_TRY(const auto result, workflow::import_study(home, request, options, context.progress));
  say_result(context, result);
  return Outcome{.document = dump_json(workflow::to_json(result))};
}

}  // namespace

Verb model_import_verb() {
  Usage usage{
      .verb = "model import",
      .summary = "calibrate, evaluate, gate and register a network trained elsewhere",
      .form = "NET.onnx --study STUDY.yaml [options]",
      .examples = {"osler model import net.onnx --study study.yaml --data films/",
                   "osler model import rgb.onnx --study study.yaml --scale 0.5,0.5,0.5 "
                   "--shift 0.1,0.1,0.1"},
      .remarks =
          "Any ONNX classifier with one image input. Operators outside the allow-list "
          "and data outside the file are refused.\nThe network must take the size "
          "that the study's transform makes.",
      .options = {{"study", "FILE", "the study it is held to"},
                  {"scores", "KIND", "what it gives: auto (default), logits, probabilities"},
                  {"positive-class", "N", "the column that is the finding, default 1"},
                  {"scale", "A,B,C", "per channel: input = film * scale + shift"},
                  {"shift", "A,B,C", "per channel"}},
      .least = 1,
      .most = 1,
      .more = "docs/guides/study-file.md"};
  const auto list = run_options();
  usage.options.insert(usage.options.end(), list.begin(), list.end());
  return {.usage = std::move(usage), .run = run};
}

}  // namespace osler::cli
