#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/text.h"
#include "cli/verbs.h"
#include "workflow/models.h"

namespace osler::cli {
namespace {

Result<Outcome> run(const Context& context, const Arguments&) {
  OSLER_TRY(auto home, context.open_home());
  OSLER_TRY_DO(home.database().check());
  OSLER_TRY(const auto verified, home.audit().verify());
  OSLER_TRY_DO(workflow::verify_registry(home));
  context.say("ok   " + with_thousands(static_cast<std::int64_t>(verified.records)) +
              " records, none edited, removed or moved; tree head " +
              verified.head.root.hex().substr(0, 8));
  return Outcome{
      .document = dump_json(
          {{"records", verified.records}, {"head", verified.head.root.hex()}, {"ok", true}})};
}

}  // namespace

Verb audit_verify_verb() {
  return {.usage = {.verb = "audit verify",
                    .summary = "read every audit record and every step of the model registry, and "
                               "find any that was edited, removed or moved",
                    .form = "[options]",
                    .examples = {"osler audit verify", "osler audit verify --json"},
                    .remarks = "The database must be whole. The log is a Merkle tree (RFC 9162) "
                               "whose heads are signed with "
                               "HOME/keys/audit.key.",
                    .options = {}},
          .run = run};
}

}  // namespace osler::cli
