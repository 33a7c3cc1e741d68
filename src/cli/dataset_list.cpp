#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/text.h"
#include "cli/verbs.h"

namespace osler::cli {
namespace {

Result<Outcome> run(const Context& context, const Arguments&) {
  OSLER_TRY(auto home, context.open_home());
  OSLER_TRY(const auto versions, home.catalogue().list());
  Json list = Json::array();
  for (const auto& version : versions) {
    std::string name = version.name;
    name.resize(std::max<std::size_t>(24, name.size() + 1), ' ');
    context.say(name + "v" + std::to_string(version.number) + "   " +
                with_thousands(version.items) + " films   " + version.created.substr(0, 10) +
                "   " + version.digest.hex().substr(0, 8));
    list.push_back({{"dataset", version.name},
                    {"version", version.number},
                    {"items", version.items},
                    {"digest", version.digest.hex()},
                    {"created", version.created},
                    {"note", version.note}});
  }
  if (versions.empty()) {
    context.say("no data set yet: osler dataset import, or osler dataset create");
  }
  return Outcome{.document = dump_json({{"datasets", std::move(list)}})};
}

}  // namespace

Verb dataset_list_verb() {
  return {.usage = {.verb = "dataset list",
                    .summary = "all data sets and their versions",
                    .form = "[options]",
                    .examples = {"osler dataset list", "osler dataset list --json"},
                    .remarks = {},
                    .options = {}},
          .run = run};
}

}  // namespace osler::cli
