#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/text.h"
#include "cli/terminal.h"
#include "cli/verbs.h"
#include "workflow/score_maps.h"

namespace osler::cli {
namespace {

Result<void> read_columns(const Arguments& arguments, workflow::BoxTable& boxes) {
  const auto text = arguments.text("columns");
  if (!text) {
    return {};
  }
  const auto names = split(*text, ',');
  if (names.size() != 1 + boxes.box_columns.size()) {
    return Error(ErrorCode::InvalidArgument,
                 "--columns takes five names, FILE,X,Y,WIDTH,HEIGHT, not \"" + *text + "\"");
  }
  boxes.file_column = names[0];
  std::copy(names.begin() + 1, names.end(), boxes.box_columns.begin());
  return {};
}

Result<void> read_where(const Arguments& arguments, workflow::BoxTable& boxes) {
  const auto text = arguments.text("where");
  if (!text) {
    return {};
  }
  const std::size_t equals = text->find('=');
  if (equals == std::string::npos || equals == 0) {
    return Error(ErrorCode::InvalidArgument, "--where takes COLUMN=VALUE, not \"" + *text + "\"");
  }
  boxes.where_column = text->substr(0, equals);
  boxes.where_value = text->substr(equals + 1);
  return {};
}

void say_pointing(const Context& context, const std::string& what,
                  const workflow::Pointing& pointing) {
  context.say(padded(what, 14) + std::to_string(pointing.game.hits) + " of " +
              std::to_string(pointing.game.films) + " peaks in a box: " +
              fixed(pointing.rate.value, 2) + " (" + fixed(pointing.rate.lower, 2) + " to " +
              fixed(pointing.rate.upper, 2) + "); by chance " + fixed(pointing.game.chance, 2));
}

void say(const Context& context, const workflow::MapScores& scores) {
  context.say(scores.model.reference() + ", " +
              counted(static_cast<std::int64_t>(scores.all.game.films), "film") + " with " +
              std::to_string(scores.boxes) + " boxes");
  say_pointing(context, "all", scores.all);
  for (const auto& [part, pointing] : scores.parts) {
    say_pointing(context, part, pointing);
  }
  context.say("random weights: " + fixed(scores.randomised_rate, 2) +
              " of the peaks in a box; rank correlation of the maps " +
              fixed(scores.randomisation.mean_correlation, 2) +
              (scores.randomisation.passed ? ": they show what was learnt"
                                           : ": they hardly depend on what was learnt"));
}

Result<Outcome> run(const Context& context, const Arguments& arguments) {
  workflow::MapsRequest request;
  request.model = arguments.positional()[0];
  request.folder = arguments.positional()[1];
  const auto boxes = arguments.text("boxes");
  if (!boxes) {
    return Error(ErrorCode::InvalidArgument, "osler audit maps needs --boxes FILE.csv")
        .hint("see osler audit maps --help");
  }
  request.boxes.path = *boxes;
  OSLER_TRY_DO(read_columns(arguments, request.boxes));
  OSLER_TRY_DO(read_where(arguments, request.boxes));
  OSLER_TRY(const auto tolerance, arguments.number("tolerance"));
  request.tolerance = tolerance.value_or(0.0);
  OSLER_TRY(const auto seed, arguments.integer("seed", 1, 0, INT64_MAX));
  request.seed = static_cast<std::uint64_t>(seed);
  OSLER_TRY(auto home, context.open_home());
  OSLER_TRY(const auto scores, workflow::score_maps(home, request, context.progress));
  say(context, scores);
  return Outcome{.document = dump_json(workflow::to_json(scores))};
}

}  // namespace

Verb audit_maps_verb() {
  return {
      .usage = {.verb = "audit maps",
                .summary = "whether a model's heat maps point at what readers marked",
                .form = "MODEL FOLDER --boxes FILE.csv [options]",
                .examples = {"osler audit maps chest-opacity cohort/ --boxes cohort/labels.csv "
                             "--columns file,lesion_x,lesion_y,lesion_w,lesion_h",
                             "osler audit maps nih-pneumonia images/ --boxes boxes.csv "
                             "--columns image,x_320,y_320,w_320,h_320 --where finding=Pneumonia"},
                .remarks = "The pointing game: how often the map's peak lies in a box, beside what "
                           "a random point would hit,\nfor the films that the network learnt from "
                           "and for others. Then the same with random weights: a map\nthat stays "
                           "the same shows the picture, not what was learnt.",
                .options = {{"boxes", "FILE", "one row a box, in pixels of the film as stored"},
                            {"columns", "NAMES",
                             "FILE,X,Y,WIDTH,HEIGHT; default "
                             "file,x,y,width,height"},
                            {"where", "COLUMN=VALUE", "only these rows"},
                            {"tolerance", "PIXELS", "of the network's input, default 0"},
                            {"seed", "N", "of the random weights, default 1"}},
                .least = 2,
                .most = 2},
      .run = run};
}

}  // namespace osler::cli
