#include <filesystem>
#include <system_error>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/progress.h"
#include "base/text.h"
#include "serve/api/internal/context.h"
#include "serve/http/multipart.h"
#include "workflow/take_in.h"

namespace osler::serve::api::internal {
namespace {

namespace fs = std::filesystem;
using http::Request;
using http::Response;

constexpr std::string_view kFolderPrefix = "upload-";
constexpr std::uint64_t kMostUpload = std::uint64_t{4} << 30U;

// A folder that goes with the request.
class Unpacked {
 public:
  explicit Unpacked(fs::path folder) : folder_(std::move(folder)) {}
  Unpacked(const Unpacked&) = delete;
  Unpacked& operator=(const Unpacked&) = delete;
  ~Unpacked() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  [[nodiscard]] const fs::path& folder() const { return folder_; }

 private:
  fs::path folder_;
};

// File names come from outside and may be very long; what is kept of one stays legible.
std::string kept_name(const std::string& filename, std::size_t place) {
  constexpr std::size_t kLongest = 120;
  if (filename.empty() || filename == "." || filename == "..") {
    return "film-" + std::to_string(place + 1);
  }
  if (filename.size() <= kLongest) {
    return filename;
  }
  std::size_t end = kLongest;
  while (end > 0 && (static_cast<unsigned char>(filename[end]) & 0xC0U) == 0x80U) {
    --end;
  }
  return filename.substr(0, end);
}

// Each file part under a folder of its own, so that equal names stay apart.
Result<std::vector<fs::path>> unpack(const Request& request, const fs::path& folder) {
  OSLER_TRY(const auto parts,
            http::parse_multipart_file(request.spooled(), request.header("Content-Type")));
  std::vector<fs::path> files;
  for (const auto& part : parts) {
    if (!part.is_file) {
      continue;
    }
    const fs::path own = folder / std::to_string(files.size() + 1);
    OSLER_TRY_DO(make_folder(own));
    files.push_back(own / kept_name(part.filename, files.size()));
    OSLER_TRY_DO(http::copy_part(request.spooled(), part, files.back()));
  }
  if (files.empty()) {
    return Error(ErrorCode::InvalidArgument, "the form holds no file")
        .hint("send each film, or a zip archive of films, as a file of multipart/form-data");
  }
  return files;
}

Json receipt_document(const workflow::Receipt& receipt) {
  Json items = Json::array();
  for (const auto& item : receipt.items) {
    items.push_back({{"path", item.path},
                     {"outcome", std::string(workflow::to_string(item.outcome))},
                     {"reason", item.reason},
                     {"study", item.study_instance_uid}});
  }
  return {{"receipt",
           {{"id", receipt.id},
            {"time", receipt.time},
            {"received", receipt.received},
            {"stored", receipt.count(workflow::Outcome::Stored)},
            {"duplicate", receipt.count(workflow::Outcome::Duplicate)},
            {"quarantined", receipt.count(workflow::Outcome::Quarantined)},
            {"rejected", receipt.count(workflow::Outcome::Rejected)},
            {"items", std::move(items)}}}};
}

Result<Json> upload(Context& context, const Request& request) {
  const Unpacked place(context.home.folder() / "spool" /
                       (std::string(kFolderPrefix) + to_hex(crypto::random_bytes(8))));
  OSLER_TRY_DO(make_folder(place.folder()));
  OSLER_TRY(auto files, unpack(request, place.folder()));
  NoProgress progress;
  // One at a time: each uses every core, and the disk.
  const std::lock_guard lock(context.intake);
  OSLER_TRY(const auto receipt, workflow::take_in(context.home,
                                                  {.paths = std::move(files),
                                                   .shown_from = place.folder(),
                                                   .actor = identity(request).user},
                                                  progress));
  context.scoring.nudge();
  return receipt_document(receipt);
}

Result<Json> receipt(Context& context, const Request& request) {
  OSLER_TRY(const auto found,
            workflow::find_receipt(context.home, request.parameter("receipt").value_or("")));
  return receipt_document(found);
}

}  // namespace

void clear_uploads(const fs::path& spool) {
  std::error_code failed;
  for (fs::directory_iterator entry(spool, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    if (entry->path().filename().string().starts_with(kFolderPrefix)) {
      std::error_code ignored;
      fs::remove_all(entry->path(), ignored);
    }
  }
}

void add_intake(http::Router& router, Context& context) {
  router.add(
      {.method = http::Method::Post,
       .pattern = "/api/studies",
       .id = "take_in",
       .summary = "Films or zip archives of films; what the receipt names is durable",
       .access = "study.upload",
       .max_body = kMostUpload,
       .spool = true,
       .deadline = std::chrono::minutes(30),
       .request_type = "multipart/form-data",
       .request_schema =
           R"({"type":"object","properties":{"films":{"type":"array","items":{"type":"string","format":"binary"}}}})",
       .handler = [&context](const Request& r) { return reply(upload(context, r)); }});
  router.add({.pattern = "/api/receipts/{receipt}",
              .id = "receipt",
              .summary = "What became of each file of an earlier delivery",
              .access = "study.upload",
              .handler = [&context](const Request& r) { return reply(receipt(context, r)); }});
}

}  // namespace osler::serve::api::internal
