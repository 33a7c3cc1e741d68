#include <filesystem>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "cli/verbs.h"
#include "workflow/models.h"

namespace osler::cli {
namespace {

Result<Outcome> run(const Context& context, const Arguments& arguments) {
  OSLER_TRY(auto home, context.open_home());
  OSLER_TRY(const auto model, workflow::find_model(home, arguments.positional().front()));
  OSLER_TRY(const auto package, workflow::open_model(home, model));
  std::size_t files = 0;
  std::error_code error;
  for ([[maybe_unused]] const auto& entry :
       std::filesystem::directory_iterator(model.folder, error)) {
    ++files;
  }
  const std::string signer = to_hex(package.signer());
  context.say("ok   " + model.reference() + "   " + model.digest.substr(0, 8) + "   " +
              std::to_string(files) + " files, signature " + signer.substr(0, 8) + ", " +
              std::to_string(package.contents().golden.images) + " golden inputs");
  return Outcome{.document = dump_json({{"model", model.name},
                                        {"version", model.version},
                                        {"digest", model.digest},
                                        {"files", files},
                                        {"signer", signer},
                                        {"golden_difference", package.golden_difference()},
                                        {"ok", true}})};
}

}  // namespace

Verb model_verify_verb() {
  return {
      .usage = {.verb = "model verify",
                .summary = "check a package: signature, digests, golden inputs",
                .form = "MODEL[@N] [options]",
                .examples = {"osler model verify chest-opacity@1"},
                .remarks = "A changed, added or missing file is refused and recorded in the audit "
                           "log.",
                .options = {},
                .least = 1,
                .most = 1},
      .run = run};
}

}  // namespace osler::cli
