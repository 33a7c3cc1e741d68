#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace osler::serve::http {

struct MultipartLimits {
  std::size_t parts = 1000;
  std::size_t head = std::size_t{8} << 10U;  // bytes of one part's header lines
  std::size_t lines = 20;                    // of one part's header
};

// One part of multipart/form-data (RFC 7578).
struct Part {
  std::string name;      // of the form's field
  std::string filename;  // the last component, without a path or control characters; may be empty
  std::string content_type;  // as stated, not checked; empty: none
  bool is_file = false;      // it had a filename, be it an empty one
  std::uint64_t offset = 0;  // where its bytes begin in the body
  std::uint64_t size = 0;    // bytes
};

// Reads a body piece by piece and says where its parts lie; no part is ever held in memory.
class MultipartScanner {
 public:
  // `content_type` as it stands in the request's header. NotSupported: not multipart/form-data.
  // InvalidArgument: no boundary, or one that RFC 2046 section 5.1.1 does not allow.
  [[nodiscard]] static Result<MultipartScanner> create(std::string_view content_type,
                                                       const MultipartLimits& limits = {});

  // The next bytes of the body, in order. InvalidArgument: it does not begin with a boundary; a
  // part without a name, with an encoding or with header lines that cannot be read; beyond a limit.
  [[nodiscard]] Result<void> feed(std::string_view bytes);
  // All parts, in order. InvalidArgument: the body ends before its last boundary does.
  [[nodiscard]] Result<std::vector<Part>> finish();

 private:
  enum class State : std::uint8_t { Start, AfterBoundary, Head, Body, End };
  MultipartScanner(std::string boundary, const MultipartLimits& limits);
  // Whether it got on; false: more bytes are needed.
  [[nodiscard]] Result<bool> step();
  [[nodiscard]] Result<bool> after_boundary();
  [[nodiscard]] Result<bool> head();
  bool body();
  void drop(std::size_t count);

  MultipartLimits limits_;
  std::string delimiter_;       // "\r\n--" and the boundary
  std::string window_;          // what has come and is not decided on
  std::size_t begin_ = 0;       // of what is left of it
  std::uint64_t position_ = 0;  // of that in the body
  State state_ = State::Start;
  std::vector<Part> parts_;
};

// The parts of a body in memory. Errors as MultipartScanner.
[[nodiscard]] Result<std::vector<Part>> parse_multipart(std::string_view body,
                                                        std::string_view content_type,
                                                        const MultipartLimits& limits = {});
// The parts of a body in a file (Request::spooled()), read in pieces. Errors besides: as
// read_file().
[[nodiscard]] Result<std::vector<Part>> parse_multipart_file(const std::filesystem::path& body,
                                                             std::string_view content_type,
                                                             const MultipartLimits& limits = {});

// The bytes of a part, at most `most` of them: for fields, not for files. NotSupported: it is
// larger.
[[nodiscard]] Result<std::string> read_part(const std::filesystem::path& body, const Part& part,
                                            std::uint64_t most);
// Gives the part's bytes to `take` in pieces of up to 256 KiB; ends early with its error.
[[nodiscard]] Result<void> read_part(const std::filesystem::path& body, const Part& part,
                                     const std::function<Result<void>(std::string_view)>& take);
// Writes the part's bytes into a new file (mode 0600), without making them durable.
// FailedPrecondition: there is one already. Others as write_file().
[[nodiscard]] Result<void> copy_part(const std::filesystem::path& body, const Part& part,
                                     const std::filesystem::path& target);

}  // namespace osler::serve::http
