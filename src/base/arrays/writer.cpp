#include <cerrno>
#include <csignal>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arrays/npy.h"
#include "base/file.h"
#include "base/text.h"

namespace osler::arrays {
namespace {

Error cannot_write(const std::filesystem::path& path) {
  return file_error(errno, "write it", path);
}

constexpr std::string_view kPart = ".part-";

// What writers of the same file left that were killed: such a file can be as large as a data set.
// Those of living processes stay.
void remove_left_over(const std::filesystem::path& path) {
  const std::string start = path.filename().string() + std::string(kPart);
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(path.parent_path(), ignored)) {
    const std::string name = entry.path().filename().string();
    const auto writer =
        name.starts_with(start) ? parse_integer(name.substr(start.size())) : std::nullopt;
    if (writer && *writer > 0 && ::kill(static_cast<pid_t>(*writer), 0) != 0 && errno == ESRCH) {
      ::unlink(entry.path().c_str());
    }
  }
}

}  // namespace

struct NpyWriter::State {
  std::filesystem::path path;
  std::filesystem::path temporary;
  std::vector<std::size_t> shape;  // shape[0] is the rows written so far
  std::size_t row_size = 1;
  std::size_t header_size = 0;
  int file = -1;

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    if (file >= 0) {
      ::close(file);
      ::unlink(temporary.c_str());
    }
  }

  [[nodiscard]] Result<void> write(BytesView bytes) const {
    while (!bytes.empty()) {
      const ssize_t put = ::write(file, bytes.data(), bytes.size());
      if (put < 0 && errno == EINTR) {
        continue;
      }
      if (put < 0) {
        return cannot_write(path);
      }
      bytes = bytes.subspan(static_cast<std::size_t>(put));
    }
    return {};
  }
};

NpyWriter::NpyWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
NpyWriter::NpyWriter(NpyWriter&&) noexcept = default;
NpyWriter& NpyWriter::operator=(NpyWriter&&) noexcept = default;
NpyWriter::~NpyWriter() = default;

Result<NpyWriter> NpyWriter::create(const std::filesystem::path& path,
                                    std::vector<std::size_t> row_shape) {
  if (path.has_parent_path()) {
    OSLER_TRY_DO(make_folder(path.parent_path()));
    remove_left_over(path);
  }
  auto state = std::make_unique<State>();
  state->path = path;
  state->temporary = path;
  state->temporary += std::string(kPart) + std::to_string(::getpid());
  state->row_size = element_count(row_shape).value_or(0);
  state->shape = {0};
  state->shape.insert(state->shape.end(), row_shape.begin(), row_shape.end());
  if (state->row_size == 0) {
    return Error(ErrorCode::InvalidArgument, "a row of no numbers").at(path.string());
  }
  state->file = ::open(state->temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (state->file < 0) {
    return cannot_write(path);
  }
  // The place of the header; what it says is known at the end.
  const Bytes header = npy_header(Type::F32, state->shape);
  state->header_size = header.size();
  OSLER_TRY_DO(state->write(header));
  return NpyWriter(std::move(state));
}

Result<void> NpyWriter::append(std::span<const float> rows) {
  if (rows.size() % state_->row_size != 0) {
    return Error(ErrorCode::InvalidArgument, std::to_string(rows.size()) +
                                                 " numbers are not whole rows of " +
                                                 std::to_string(state_->row_size))
        .at(state_->path.string());
  }
  OSLER_TRY_DO(state_->write(std::as_bytes(rows)));
  state_->shape[0] += rows.size() / state_->row_size;
  return {};
}

Result<void> NpyWriter::finish() {
  State& state = *state_;
  const Bytes header = npy_header(Type::F32, state.shape);
  if (header.size() != state.header_size) {
    return Error(ErrorCode::Internal, "the header outgrew its place").at(state.path.string());
  }
  if (::pwrite(state.file, header.data(), header.size(), 0) !=
          static_cast<ssize_t>(header.size()) ||
      ::fdatasync(state.file) != 0 || ::rename(state.temporary.c_str(), state.path.c_str()) != 0) {
    return cannot_write(state.path);
  }
  ::close(std::exchange(state.file, -1));
  return {};
}

}  // namespace osler::arrays
