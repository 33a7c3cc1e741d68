#include "infer/package/package.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "base/file.h"
#include "infer/package/internal/contents.h"
#include "infer/package/internal/manifest.h"

namespace osler::infer::package {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kLargestFile = std::uint64_t{1} << 30;
constexpr std::uint64_t kLargestManifest = std::uint64_t{1} << 20;
constexpr std::size_t kSignatureSize = 64;

Error tampered(std::string why, const fs::path& file) {
  return Error(ErrorCode::DataCorrupt, std::move(why))
      .at(file.string())
      .hint("do not use this package; fetch it again from where it was signed");
}

std::string shortened(const crypto::Digest& digest) {
  return digest.hex().substr(0, 12) + "…";
}

// The manifest's bytes, once a trusted key is found to have signed them.
struct SignedManifest {
  Manifest manifest;
  crypto::Digest digest;
  Bytes signer;
};

Result<SignedManifest> read_manifest(const fs::path& folder, const std::vector<Bytes>& trusted) {
  const auto place = folder / kManifest;
  OSLER_TRY(const Bytes bytes, read_file(place, kLargestManifest));
  auto signature = read_file(folder / kSignature, kSignatureSize);
  if (!signature || signature->size() != kSignatureSize) {
    return tampered("the package has no signature of 64 bytes", folder / kSignature);
  }
  const auto signer = std::ranges::find_if(
      trusted, [&](const Bytes& key) { return crypto::verify(key, bytes, *signature); });
  if (signer == trusted.end()) {
    return Error(ErrorCode::PermissionDenied,
                 "no trusted key signed this package, or its manifest or signature was changed")
        .at(place.string())
        .hint("trust the signer's public key if you know it, or fetch the package again");
  }
  OSLER_TRY(auto manifest, parse_manifest(as_text(bytes)));
  return SignedManifest{std::move(manifest), crypto::sha256(bytes), *signer};
}

// Every entry of the folder must be a plain file of the manifest.
Result<void> check_listing(const fs::path& folder, const Manifest& manifest) {
  std::error_code failed;
  for (auto entry = fs::directory_iterator(folder, failed); !failed && entry != fs::end(entry);
       entry.increment(failed)) {
    const std::string name = entry->path().filename().string();
    const bool known = name == kManifest || name == kSignature || manifest.files.contains(name);
    if (!known) {
      return tampered("the package holds a file that its manifest does not list", entry->path());
    }
    if (entry->symlink_status(failed).type() != fs::file_type::regular) {
      return tampered("a file of the package is not a plain file", entry->path());
    }
  }
  if (failed) {
    return Error(ErrorCode::PermissionDenied, "the package's folder cannot be read")
        .at(folder.string());
  }
  return {};
}

// The bytes of one file, if they are those of the manifest.
Result<Bytes> read_listed(const fs::path& folder, const Manifest& manifest,
                          const std::string& name) {
  const auto place = folder / name;
  auto bytes = read_file(place, kLargestFile);
  if (!bytes && bytes.error().code == ErrorCode::NotFound) {
    return tampered("a file of the package is missing: " + name, place);
  }
  if (!bytes) {
    return std::move(bytes).error();
  }
  const auto& expected = manifest.files.at(name);
  const auto found = crypto::sha256(*bytes);
  if (found != expected) {
    return tampered("a file of the package was changed: " + name + " has SHA-256 " +
                        shortened(found) + ", the manifest says " + shortened(expected),
                    place);
  }
  return bytes;
}

Result<Files> read_files(const fs::path& folder, const Manifest& manifest) {
  OSLER_TRY_DO(check_listing(folder, manifest));
  Files files;
  for (const auto& [name, expected] : manifest.files) {
    OSLER_TRY(auto bytes, read_listed(folder, manifest, name));
    files.emplace(name, std::move(bytes));
  }
  return files;
}

Error another_model(const fs::path& folder) {
  return tampered("model.json is of another model than the manifest", folder / kModel);
}

// Removes a half-written package unless it was given its name.
class Unfinished {
 public:
  explicit Unfinished(fs::path folder) : folder_(std::move(folder)) {}
  Unfinished(const Unfinished&) = delete;
  Unfinished& operator=(const Unfinished&) = delete;
  ~Unfinished() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  [[nodiscard]] const fs::path& folder() const { return folder_; }

 private:
  fs::path folder_;
};

Result<crypto::Digest> write_all(const fs::path& folder, const Contents& contents,
                                 const Files& files, BytesView private_key) {
  Manifest manifest{contents.name, contents.version, {}};
  for (const auto& [name, bytes] : files) {
    OSLER_TRY_DO(write_file(folder / name, bytes));
    manifest.files.emplace(name, crypto::sha256(bytes));
  }
  const std::string text = to_text(manifest);
  OSLER_TRY(const Bytes signature, crypto::sign(private_key, as_bytes(text)));
  OSLER_TRY_DO(write_file(folder / kManifest, text));
  OSLER_TRY_DO(write_file(folder / kSignature, signature));
  return crypto::sha256(text);
}

}  // namespace

Result<crypto::Digest> write(const fs::path& folder, const Contents& contents,
                             BytesView private_key) {
  std::error_code ignored;
  if (fs::exists(folder, ignored)) {
    return Error(ErrorCode::FailedPrecondition, "there is something at the package's place already")
        .at(folder.string());
  }
  OSLER_TRY(const Files files, to_files(contents));
  if (auto proven = prove(contents, 1); !proven) {
    auto why = std::move(proven).error();
    if (why.where == kGolden) {
      why.code = ErrorCode::FailedPrecondition;
    }
    return why;
  }
  const Unfinished unfinished(folder.parent_path() / ("." + folder.filename().string() + "." +
                                                      to_hex(crypto::random_bytes(6))));
  OSLER_TRY(const auto digest, write_all(unfinished.folder(), contents, files, private_key));
  std::error_code failed;
  fs::rename(unfinished.folder(), folder, failed);
  if (failed) {
    return Error(ErrorCode::FailedPrecondition,
                 "the package cannot be put in its place: " + failed.message())
        .at(folder.string())
        .hint("run the same command again");
  }
  OSLER_TRY_DO(sync_folder(folder.parent_path()));
  return digest;
}

Result<Papers> read_papers(const fs::path& folder, const std::vector<Bytes>& trusted_keys) {
  OSLER_TRY(auto manifest, read_manifest(folder, trusted_keys));
  Files files;
  for (const auto name : {kModel, kCard}) {
    OSLER_TRY(files[std::string(name)], read_listed(folder, manifest.manifest, std::string(name)));
  }
  OSLER_TRY(auto contents, papers_from_files(std::move(files)));
  if (contents.name != manifest.manifest.name || contents.version != manifest.manifest.version) {
    return another_model(folder);
  }
  return Papers{manifest.digest, std::move(manifest.signer), std::move(contents)};
}

struct Package::State {
  Contents contents;
  crypto::Digest digest;
  Bytes signer;
  Proven proven;
};

// Shared, because a loaded network is large and serves many callers at once.
Package::Package(std::shared_ptr<const State> state) : state_(std::move(state)) {}

Result<Package> Package::open(const fs::path& folder, const OpenOptions& options) {
  OSLER_TRY(auto manifest, read_manifest(folder, options.trusted_keys));
  OSLER_TRY(auto files, read_files(folder, manifest.manifest));
  OSLER_TRY(auto contents, from_files(std::move(files)));
  if (contents.name != manifest.manifest.name || contents.version != manifest.manifest.version) {
    return another_model(folder);
  }
  OSLER_TRY(auto proven, prove(contents, options.threads));
  return Package(std::make_shared<const State>(
      State{std::move(contents), manifest.digest, std::move(manifest.signer), std::move(proven)}));
}

const crypto::Digest& Package::digest() const {
  return state_->digest;
}
const Bytes& Package::signer() const {
  return state_->signer;
}
const Contents& Package::contents() const {
  return state_->contents;
}
const std::optional<onnx::LinearHead>& Package::head() const {
  return state_->proven.head;
}
std::size_t Package::height() const {
  return state_->proven.session.height();
}
std::size_t Package::width() const {
  return state_->proven.session.width();
}
double Package::golden_difference() const {
  return state_->proven.difference;
}

Result<engine::Outputs> Package::score(std::span<const float> pixels, std::size_t n) const {
  return state_->proven.session.run(pixels, n);
}

}  // namespace osler::infer::package
