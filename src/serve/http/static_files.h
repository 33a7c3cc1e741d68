#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "serve/http/request.h"
#include "serve/http/response.h"
#include "serve/http/router.h"

namespace osler::serve::http {

// Nothing but what the application itself serves; no inline scripts or styles, no plug-ins.
inline constexpr std::string_view kContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "font-src 'self'; connect-src 'self'; worker-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'self'";

struct StaticFilesOptions {
  std::uint64_t most_bytes = std::uint64_t{64} << 20U;  // of all files together
  std::size_t most_files = 2000;
  std::string content_security_policy{kContentSecurityPolicy};
  // Paths below these are never a page of the application.
  std::vector<std::string> not_pages{"/api/"};
};

// A built web folder, held in memory with its compressed form; what is on disk later does not
// matter. Callable from several threads at once.
class StaticFiles {
 public:
  // Reads every regular file below `folder`; links are left out.
  // NotFound: no folder, or no index.html in it. NotSupported: more than the options allow. Others
  // as read_file().
  [[nodiscard]] static Result<StaticFiles> load(const std::filesystem::path& folder,
                                                StaticFilesOptions options = {});

  // The file of that path; index.html for a path of the application's own ("/studies/1.2", no dot
  // followed by letters alone at its end); 404 for all else. Files with a hash in their name
  // ("app-BdF3x9Qz.js" below assets/) may be kept by browsers for ever, others are asked for anew
  // each time.
  [[nodiscard]] Response respond(const Request& request) const;
  // "/{path...}", public and inline; shares the files.
  [[nodiscard]] Route route() const;
  [[nodiscard]] std::size_t size() const { return files_->size(); }

 private:
  struct File {
    std::shared_ptr<const std::string> bytes;
    std::shared_ptr<const std::string> packed;  // gzip; nullptr where it would not be smaller
    std::string etag;
    std::string content_type;
    bool immutable = false;
  };
  using Files = std::map<std::string, File, std::less<>>;
  StaticFiles(std::shared_ptr<const Files> files, StaticFilesOptions options);
  [[nodiscard]] static Result<File> load_file(const std::filesystem::path& path,
                                              const std::string& name, std::uint64_t most);
  [[nodiscard]] Response answer(const File& file) const;

  std::shared_ptr<const Files> files_;  // by path: "/assets/app-BdF3x9Qz.js"
  std::shared_ptr<const StaticFilesOptions> options_;
};

}  // namespace osler::serve::http
