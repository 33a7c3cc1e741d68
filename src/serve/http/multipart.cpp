#include "serve/http/multipart.h"

#include <algorithm>
#include <cerrno>
#include <optional>

#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "serve/http/internal/spool.h"
#include "serve/http/query.h"

namespace osler::serve::http {
namespace {

constexpr std::size_t kPiece = std::size_t{256} << 10U;
constexpr std::size_t kLongestName = 255;

Error bad(std::string_view what) {
  return {ErrorCode::InvalidArgument, "the multipart body " + std::string(what)};
}

// One parameter of a header value: its name in lower case, its value without quotes.
struct Attribute {
  std::string name;
  std::string value;
};

// Reads "; name=value" or "; name=\"value\"" from the front of `rest`; nothing where it is neither.
std::optional<Attribute> next_attribute(std::string_view& rest) {
  rest = trim(rest);
  if (!rest.starts_with(';')) {
    return std::nullopt;
  }
  rest = trim(rest.substr(1));
  const std::size_t equals = rest.find('=');
  if (equals == std::string_view::npos) {
    return std::nullopt;
  }
  Attribute found{.name = lower(trim(rest.substr(0, equals))), .value = {}};
  rest = trim(rest.substr(equals + 1));
  if (!rest.starts_with('"')) {
    const std::size_t end = std::min(rest.find(';'), rest.size());
    found.value = trim(rest.substr(0, end));
    rest.remove_prefix(end);
    return found;
  }
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] == '"') {
      rest.remove_prefix(i + 1);
      return found;
    }
    // Browsers escape nothing but quotes, and old ones send "C:\folder\file".
    if (rest[i] == '\\' && i + 1 < rest.size() && rest[i + 1] == '"') {
      ++i;
    }
    found.value.push_back(rest[i]);
  }
  return std::nullopt;
}

// RFC 2046 section 5.1.1: 1 to 70 of these, the last not a blank.
bool is_boundary(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("'()+_,-./:=? ").find(c) != std::string_view::npos;
  };
  return !text.empty() && text.size() <= 70 && text.back() != ' ' &&
         std::ranges::all_of(text, allowed);
}

// A file's name as its sender says, made harmless: no folder, no control character, not too long.
std::string harmless(std::string_view name) {
  const std::size_t slash = name.find_last_of("/\\");
  if (slash != std::string_view::npos) {
    name.remove_prefix(slash + 1);
  }
  std::string kept;
  std::ranges::copy_if(name, std::back_inserter(kept), [](char c) {
    const auto code = static_cast<unsigned char>(c);
    return code >= 0x20 && code != 0x7F;
  });
  if (kept == "." || kept == "..") {
    return {};
  }
  if (kept.size() > kLongestName) {
    kept.resize(kLongestName);
    // Not in the middle of a character.
    while (!kept.empty() && !is_utf8(kept)) {
      kept.pop_back();
    }
  }
  return kept;
}

Result<void> take_disposition(std::string_view value, Part& part) {
  std::string_view rest = value.substr(std::min(value.find(';'), value.size()));
  if (lower(trim(value.substr(0, value.size() - rest.size()))) != "form-data") {
    return bad("has a part that is not form data");
  }
  bool named = false;
  while (!trim(rest).empty()) {
    auto attribute = next_attribute(rest);
    if (!attribute || !is_utf8(attribute->value)) {
      return bad("has a part whose header cannot be read");
    }
    if (attribute->name == "name") {
      if (named || attribute->value.size() > kLongestName) {
        return bad("has a part whose name stands twice or is too long");
      }
      named = true;
      part.name = std::move(attribute->value);
    } else if (attribute->name == "filename") {
      if (part.is_file) {
        return bad("has a part whose name stands twice or is too long");
      }
      part.is_file = true;
      part.filename = harmless(attribute->value);
    }
  }
  return named ? Result<void>() : bad("has a part without a name");
}

Result<Part> parse_part_head(std::string_view head, std::size_t most_lines) {
  Part part;
  bool disposed = false;
  std::size_t count = 0;
  while (!head.empty()) {
    const std::size_t end = std::min(head.find("\r\n"), head.size());
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(std::min(end + 2, head.size()));
    const std::size_t colon = line.find(':');
    if (++count > most_lines || colon == std::string_view::npos || colon == 0 ||
        line.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos) {
      return bad("has a part whose header cannot be read");
    }
    const std::string name = lower(line.substr(0, colon));
    const std::string_view value = trim(line.substr(colon + 1));
    if (name == "content-disposition") {
      if (disposed) {
        return bad("has a part whose header cannot be read");
      }
      disposed = true;
      OSLER_TRY_DO(take_disposition(value, part));
    } else if (name == "content-type") {
      part.content_type = value;
    } else if (name == "content-transfer-encoding" && lower(value) != "binary" &&
               lower(value) != "8bit" && lower(value) != "7bit") {
      // RFC 7578 section 4.7: deprecated; decoding it would move the offsets.
      return bad("has a part with a transfer encoding");
    }
  }
  return disposed ? Result<Part>(std::move(part)) : bad("has a part without a name");
}

}  // namespace

MultipartScanner::MultipartScanner(std::string boundary, const MultipartLimits& limits)
    : limits_(limits), delimiter_("\r\n--" + std::move(boundary)) {}

Result<MultipartScanner> MultipartScanner::create(std::string_view content_type,
                                                  const MultipartLimits& limits) {
  std::string_view rest =
      content_type.substr(std::min(content_type.find(';'), content_type.size()));
  if (lower(trim(content_type.substr(0, content_type.size() - rest.size()))) !=
      "multipart/form-data") {
    return Error(ErrorCode::NotSupported, "the body is not multipart/form-data")
        .hint("send it as a form with files does");
  }
  while (auto attribute = next_attribute(rest)) {
    if (attribute->name == "boundary" && is_boundary(attribute->value)) {
      return MultipartScanner(std::move(attribute->value), limits);
    }
  }
  return bad("has no usable boundary in its Content-Type");
}

void MultipartScanner::drop(std::size_t count) {
  begin_ += count;
  position_ += count;
}

Result<void> MultipartScanner::feed(std::string_view bytes) {
  // Fed whole bodies, this goes on in bites, so that the window stays small.
  while (!bytes.empty()) {
    const std::size_t bite = std::min(bytes.size(), kPiece);
    window_.erase(0, begin_);
    begin_ = 0;
    window_.append(bytes.substr(0, bite));
    bytes.remove_prefix(bite);
    bool went_on = true;
    while (went_on) {
      OSLER_TRY(went_on, step());
    }
  }
  return {};
}

Result<bool> MultipartScanner::step() {
  const std::string_view rest = std::string_view(window_).substr(begin_);
  switch (state_) {
    case State::Start: {
      // A preamble is allowed by MIME, and sent by nobody.
      const std::string_view first = std::string_view(delimiter_).substr(2);
      if (rest.substr(0, first.size()) != first.substr(0, rest.size())) {
        return bad("does not begin with its boundary");
      }
      if (rest.size() < first.size()) {
        return false;
      }
      drop(first.size());
      state_ = State::AfterBoundary;
      return true;
    }
    case State::AfterBoundary:
      return after_boundary();
    case State::Head:
      return head();
    case State::Body:
      return body();
    case State::End:
      drop(rest.size());  // an epilogue means nothing
      return false;
  }
  return false;
}

Result<bool> MultipartScanner::after_boundary() {
  const std::string_view rest = std::string_view(window_).substr(begin_);
  if (rest.size() < 2) {
    return false;
  }
  if (rest.starts_with("--")) {
    drop(2);
    state_ = State::End;
    return true;
  }
  if (!rest.starts_with("\r\n")) {
    return bad("has a boundary that does not end its line");
  }
  if (parts_.size() == limits_.parts) {
    return bad("has more than " + std::to_string(limits_.parts) + " parts");
  }
  drop(2);
  state_ = State::Head;
  return true;
}

Result<bool> MultipartScanner::head() {
  const std::string_view rest = std::string_view(window_).substr(begin_);
  if (rest.starts_with("\r\n")) {
    return bad("has a part without a name");
  }
  const std::size_t end = rest.substr(0, limits_.head + 4).find("\r\n\r\n");
  if (end == std::string_view::npos) {
    return rest.size() >= limits_.head + 4 ? bad("has a part whose header is too large")
                                           : Result<bool>(false);
  }
  OSLER_TRY(Part part, parse_part_head(rest.substr(0, end), limits_.lines));
  drop(end + 4);
  part.offset = position_;
  parts_.push_back(std::move(part));
  state_ = State::Body;
  return true;
}

bool MultipartScanner::body() {
  const std::string_view rest = std::string_view(window_).substr(begin_);
  const std::size_t at = rest.find(delimiter_);
  if (at == std::string_view::npos) {
    // All but what may be the beginning of a delimiter is the part's.
    drop(rest.size() - std::min(rest.size(), delimiter_.size() - 1));
    return false;
  }
  parts_.back().size = position_ + at - parts_.back().offset;
  drop(at + delimiter_.size());
  state_ = State::AfterBoundary;
  return true;
}

Result<std::vector<Part>> MultipartScanner::finish() {
  if (state_ != State::End) {
    return bad("ends before its last boundary");
  }
  return std::move(parts_);
}

Result<std::vector<Part>> parse_multipart(std::string_view body, std::string_view content_type,
                                          const MultipartLimits& limits) {
  OSLER_TRY(MultipartScanner scanner, MultipartScanner::create(content_type, limits));
  OSLER_TRY_DO(scanner.feed(body));
  return scanner.finish();
}

Result<std::vector<Part>> parse_multipart_file(const std::filesystem::path& body,
                                               std::string_view content_type,
                                               const MultipartLimits& limits) {
  OSLER_TRY(MultipartScanner scanner, MultipartScanner::create(content_type, limits));
  OSLER_TRY(const OpenFile file, open_for_sending(body));
  const Part whole{.size = file.size};
  OSLER_TRY_DO(read_part(body, whole, [&](std::string_view piece) { return scanner.feed(piece); }));
  return scanner.finish();
}

Result<std::string> read_part(const std::filesystem::path& body, const Part& part,
                              std::uint64_t most) {
  if (part.size > most) {
    return Error(ErrorCode::NotSupported, "a part of the form is larger than " + human_bytes(most));
  }
  std::string all;
  OSLER_TRY_DO(read_part(body, part, [&](std::string_view piece) {
    all += piece;
    return Result<void>();
  }));
  return all;
}

Result<void> read_part(const std::filesystem::path& body, const Part& part,
                       const std::function<Result<void>(std::string_view)>& take) {
  OSLER_TRY(const OpenFile file, open_for_sending(body));
  std::uint64_t done = 0;
  while (done < part.size) {
    const auto piece =
        read_piece(file, part.offset + done, std::min<std::uint64_t>(kPiece, part.size - done));
    if (!piece || piece->empty()) {
      return Error(ErrorCode::Internal, "a body on disk is shorter than it was");
    }
    done += piece->size();
    OSLER_TRY_DO(take(*piece));
  }
  return {};
}

Result<void> copy_part(const std::filesystem::path& body, const Part& part,
                       const std::filesystem::path& target) {
  const Descriptor out(::open(target.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (out.number() < 0) {
    return errno == EEXIST ? Error(ErrorCode::FailedPrecondition, "there is such a file already")
                                 .at(target.string())
                           : file_error(errno, "write it", target);
  }
  return read_part(body, part,
                   [&](std::string_view piece) { return write_all(out, piece, target); });
}

}  // namespace osler::serve::http
