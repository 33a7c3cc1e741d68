#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "dicom/deidentify/deidentify.h"
#include "dicom/deidentify/internal/header.h"
#include "dicom/deidentify/internal/rules.h"
#include "dicom/deidentify/internal/writer.h"

namespace osler::dicom::deidentify {

// An element that the outermost data set gets whatever it had.
struct Stamp {
  io::Tag tag{};
  io::Vr code = 0;
  std::string value = {};
  std::vector<std::string> method_codes = {};  // SQ: an item each
};

struct Plan {
  const Profile& profile;
  const Pseudonyms& pseudonyms;
  std::string issuer;  // of the patient's identifiers
  int shift_days = 0;
  bool is_report = false;
  io::Encoding encoding{};    // to write
  std::vector<Stamp> stamps;  // ascending by tag
};

// Walks a data set once and writes what may stay of it.
class Scrubber {
 public:
  Scrubber(const Header& header, const Plan& plan, Writer& writer, Counts& counts)
      : header_(header), plan_(plan), writer_(writer), counts_(counts) {}

  void run();

 private:
  struct Place {
    io::Encoding encoding{};
    bool outermost = false;
  };

  [[nodiscard]] std::vector<std::uint32_t> rows(std::size_t begin, std::size_t end) const;
  [[nodiscard]] std::vector<std::uint32_t> safe_private(
      const std::vector<std::uint32_t>& rows) const;
  void data_set(std::size_t begin, std::size_t end, Place place);
  void element(std::size_t row, Place place);
  void apply(std::size_t row, Place place, Decision decision);
  void keep(std::size_t row, Place place);
  void sequence(std::size_t row, Place place);
  void empty(std::size_t row, Place place);
  void replace(std::size_t row, Place place);
  void map_uids(std::size_t row, Place place);
  void shift(std::size_t row, Place place, Action otherwise);
  void stamp(const Stamp& stamp);
  void code_item(io::Encoding encoding, std::string_view code, std::string_view scheme,
                 std::string_view meaning);

  [[nodiscard]] const io::Element& at(std::size_t row) const { return header_.table()[row]; }
  [[nodiscard]] std::string_view text(std::size_t row) const {
    return as_text(header_.value(at(row)));
  }
  [[nodiscard]] io::Vr written_vr(std::size_t row, Place place) const;
  [[nodiscard]] bool holds_codes(std::size_t row) const;
  [[nodiscard]] const std::string& mapped(std::string_view uid);

  const Header& header_;
  const Plan& plan_;
  Writer& writer_;
  Counts& counts_;
  std::unordered_map<std::string, std::string> uids_;  // an object names the same ones often
};

}  // namespace osler::dicom::deidentify
