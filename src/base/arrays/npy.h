#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/archive.h"
#include "base/arrays/array.h"
#include "base/result.h"

namespace osler::arrays {

// numpy's .npy (NEP 1, versions 1 and 2) and .npz: a zip of them. Nothing here ever runs pickle.

struct NpyHeader {
  Type type = Type::F32;
  std::vector<std::size_t> shape;
  std::size_t data_offset = 0;  // bytes before the first element
};

// `start` holds at least the header. DataCorrupt: not .npy, cut off, or a malformed header.
// NotSupported: Fortran order, big-endian, objects (pickle) or structures, or an unknown version;
// the hint says how to save it so that it can be read.
[[nodiscard]] Result<NpyHeader> parse_npy_header(BytesView start, std::string_view name);
// The whole array. Errors as above; DataCorrupt: more or fewer bytes than the shape says.
[[nodiscard]] Result<Array> parse_npy(BytesView bytes, std::string_view name);

// Version 1, data at a multiple of 64; the same array gives the same bytes.
[[nodiscard]] Bytes to_npy(const Array& array);
[[nodiscard]] Bytes npy_header(Type type, std::span<const std::size_t> shape);

// The arrays of an .npz, read one at a time.
class Npz {
 public:
  // Errors as for Archive::open.
  [[nodiscard]] static Result<Npz> open(const std::filesystem::path& path,
                                        const ArchiveLimits& limits = {});
  [[nodiscard]] static Result<Npz> from_memory(Bytes bytes, std::string name,
                                               const ArchiveLimits& limits = {});

  // In stored order, without ".npy".
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  [[nodiscard]] bool contains(std::string_view name) const;
  // NotFound: no such array; the hint names those there are. Else as parse_npy.
  [[nodiscard]] Result<Array> read(std::string_view name) const;

 private:
  Npz(Archive archive, std::string name);
  Archive archive_;
  std::string name_;
  std::vector<std::string> names_;
};

// An .npz of the arrays in the order of their names, stored without compression and without times:
// the same arrays give the same bytes.
[[nodiscard]] Result<Bytes> to_npz(const std::map<std::string, Array>& arrays);

// A float32 .npy mapped into memory, for tables larger than it: the kernel reads what is touched.
// Callable from several threads.
class MappedNpy {
 public:
  // As parse_npy_header; NotSupported: not float32.
  [[nodiscard]] static Result<MappedNpy> open(const std::filesystem::path& path);
  MappedNpy(MappedNpy&&) noexcept;
  MappedNpy& operator=(MappedNpy&&) noexcept;
  MappedNpy(const MappedNpy&) = delete;
  MappedNpy& operator=(const MappedNpy&) = delete;
  ~MappedNpy();

  [[nodiscard]] const std::vector<std::size_t>& shape() const { return header_.shape; }
  [[nodiscard]] std::size_t rows() const;      // shape[0]
  [[nodiscard]] std::size_t row_size() const;  // product of the others
  [[nodiscard]] std::span<const float> values() const;
  [[nodiscard]] std::span<const float> row(std::size_t index) const;

 private:
  MappedNpy() = default;
  NpyHeader header_;
  const std::byte* start_ = nullptr;
  std::size_t length_ = 0;
};

// Writes a float32 .npy of shape [n, row_shape…] row by row, beside its target; finish() makes it
// durable and gives it its name. Dropped without finish(), nothing stays.
class NpyWriter {
 public:
  // PermissionDenied, Unavailable.
  [[nodiscard]] static Result<NpyWriter> create(const std::filesystem::path& path,
                                                std::vector<std::size_t> row_shape);
  NpyWriter(NpyWriter&&) noexcept;
  NpyWriter& operator=(NpyWriter&&) noexcept;
  NpyWriter(const NpyWriter&) = delete;
  NpyWriter& operator=(const NpyWriter&) = delete;
  ~NpyWriter();

  // One row or several. InvalidArgument: not whole rows. Unavailable: disk full.
  [[nodiscard]] Result<void> append(std::span<const float> rows);
  [[nodiscard]] Result<void> finish();

 private:
  struct State;
  explicit NpyWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace osler::arrays
