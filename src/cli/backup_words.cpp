#include "cli/backup_words.h"

#include <nlohmann/json.hpp>

#include "base/text.h"

namespace osler::cli {

Json to_json(const workflow::backup::Snapshot& snapshot) {
  return {
      {"snapshot", snapshot.name},
      {"manifest", snapshot.manifest.hex()},
      {"osler", snapshot.osler},
      {"started", snapshot.started},
      {"ended", snapshot.ended},
      {"schema", snapshot.schema},
      {"audit", {{"records", snapshot.head.head.size}, {"head", snapshot.head.head.root.hex()}}},
      {"objects", snapshot.objects},
      {"object_bytes", snapshot.object_bytes},
      {"files", snapshot.files},
      {"file_bytes", snapshot.file_bytes},
      {"damaged", snapshot.damaged}};
}

void say_snapshot(const Context& context, const workflow::backup::Snapshot& snapshot) {
  const auto number = [](std::uint64_t count) {
    return with_thousands(static_cast<std::int64_t>(count));
  };
  context.say("Snapshot " + snapshot.name + "   manifest " + snapshot.manifest.hex().substr(0, 8) +
              "   osler " + snapshot.osler + "\n");
  context.say("  objects   " + number(snapshot.objects) + ", " +
              human_bytes(snapshot.object_bytes));
  context.say("  files     " + number(snapshot.files) + ", " + human_bytes(snapshot.file_bytes));
  context.say("  audit     " +
              counted(static_cast<std::int64_t>(snapshot.head.head.size), "record") +
              ", tree head " + snapshot.head.head.root.hex().substr(0, 8));
  if (!snapshot.damaged.empty()) {
    context.say("  DAMAGED   " +
                counted(static_cast<std::int64_t>(snapshot.damaged.size()), "part") +
                " of the home had been lost before, and are not here:");
    for (const auto& what : snapshot.damaged) {
      context.say("            " + what);
    }
  }
}

}  // namespace osler::cli
