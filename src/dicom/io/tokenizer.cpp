#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>

#include "base/text.h"
#include "dicom/io/internal/dictionary.h"
#include "dicom/io/internal/element.h"

namespace osler::dicom::io {
namespace {

constexpr std::uint32_t kUndefined = 0xFFFFFFFF;

enum class Holds : std::uint8_t { Elements, Items };

// A data set, item or sequence that is open at the present place.
struct Frame {
  Holds holds = Holds::Elements;
  std::uint64_t end = 0;   // where it must end at the latest
  bool undefined = false;  // ends with a delimiter
  bool explicit_vr = true;
  bool big_endian = false;
  bool guess = false;   // unknown bytes that look like a sequence
  std::size_t row = 0;  // in the table
};

struct Header {
  Tag tag{};
  Vr vr = 0;
  std::uint32_t length = 0;
  std::uint64_t value = 0;  // where it begins
};

constexpr bool has_long_length(Vr code) {
  // PS3.5 table 7.1-1. What is not known but reads as a VR has a long length (PS3.5 section 6.2.2).
  constexpr std::array kShort{vr("AE"), vr("AS"), vr("AT"), vr("CS"), vr("DA"), vr("DS"), vr("DT"),
                              vr("FD"), vr("FL"), vr("IS"), vr("LO"), vr("LT"), vr("PN"), vr("SH"),
                              vr("SL"), vr("SS"), vr("ST"), vr("TM"), vr("UI"), vr("UL"), vr("US")};
  return std::ranges::find(kShort, code) == kShort.end();
}

constexpr bool is_letters(Vr code) {
  const auto letter = [](unsigned c) { return c >= 'A' && c <= 'Z'; };
  return letter(code >> 8U) && letter(code & 0xFFU);
}

// Written by some devices in place of a VR; a short length follows.
constexpr bool is_placeholder(Vr code) {
  return code == vr("??") || code == vr("--") || code == vr("  ") || code == 0;
}

Error corrupt(std::string text) {
  return {ErrorCode::DataCorrupt, std::move(text)};
}

class Tokenizer {
 public:
  Tokenizer(const Walk& walk, Scan& scan)
      : data_(walk.data), limits_(*walk.limits), table_(walk.table), scan_(scan) {
    stack_.push_back({.end = data_.size(),
                      .explicit_vr = walk.encoding.explicit_vr,
                      .big_endian = walk.encoding.big_endian});
  }

  Result<void> run() {
    while (!done_) {
      auto step = stack_.back().holds == Holds::Items ? next_item() : next_element();
      if (step) {
        continue;
      }
      if (fatal_ || !(forget_guess() || forget_trailer())) {
        return step;
      }
    }
    return {};
  }

 private:
  [[nodiscard]] std::uint64_t left() const { return stack_.back().end - at_; }
  [[nodiscard]] bool outermost() const { return stack_.size() == 1; }

  Result<void> next_element() {
    const Frame frame = stack_.back();
    if (at_ == frame.end && (!frame.undefined || outermost())) {
      return close();
    }
    if (outermost() && ends_in_padding()) {
      return close();
    }
    if (outermost()) {
      outer_at_ = at_;
      outer_row_ = table_ != nullptr ? table_->size() : 0;
    }
    auto header = read_header(frame);
    if (!header) {
      return std::move(header).error();
    }
    if (header->tag == kItemEnd && frame.undefined && header->length == 0) {
      at_ = header->value;
      return close();
    }
    if (header->tag.group == 0xFFFE) {
      return corrupt("a stray sequence delimiter at byte " + std::to_string(at_));
    }
    return take(frame, *header);
  }

  // Zeros to the end, or fewer of them than an element needs.
  [[nodiscard]] bool ends_in_padding() {
    const auto rest = data_.subspan(at_);
    const std::size_t look = std::min<std::size_t>(rest.size(), 8);
    const auto zero = [](std::byte b) { return b == std::byte{0}; };
    if (!std::ranges::all_of(rest.first(look), zero) || !std::ranges::all_of(rest, zero)) {
      return false;
    }
    scan_.trailing_bytes = rest.size();
    return true;
  }

  Result<Header> read_header(const Frame& frame) {
    if (left() < 8) {
      return cut_short_error();
    }
    Header header{
        .tag = {load16(data_, at_, frame.big_endian), load16(data_, at_ + 2, frame.big_endian)},
        .value = at_ + 8};
    if (header.tag.group == 0xFFFE || !frame.explicit_vr) {
      header.length = load32(data_, at_ + 4, frame.big_endian);
      if (header.tag.group != 0xFFFE) {
        header.vr = dictionary(header.tag).vr;
      }
      return header;
    }
    header.vr = load16(data_, at_ + 4, true);
    const bool letters = is_letters(header.vr);
    if (!letters && !is_placeholder(header.vr)) {
      return corrupt("no value representation where " + to_string(header.tag) +
                     " should have one, at byte " + std::to_string(at_));
    }
    if (!letters || !has_long_length(header.vr)) {
      header.length = load16(data_, at_ + 6, frame.big_endian);
      return header;
    }
    if (left() < 12) {
      return cut_short_error();
    }
    header.length = load32(data_, at_ + 8, frame.big_endian);
    header.value = at_ + 12;
    return header;
  }

  [[nodiscard]] Error cut_short_error() const {
    if (stack_.back().end == data_.size()) {
      return corrupt(outermost() ? "cut short inside an element's head, " + human_bytes(left()) +
                                       " before the end"
                                 : "cut short: a sequence has no end");
    }
    return corrupt("a sequence's item has a length that ends inside an element");
  }

  Result<void> take(const Frame& frame, const Header& header) {
    OSLER_TRY_DO(count());
    const std::size_t row = record(header.tag, header.vr, header.value);
    at_ = header.value;
    if (header.length == kUndefined) {
      return take_undefined(frame, header, row);
    }
    if (header.length > left()) {
      return too_long(header);
    }
    const std::uint64_t end = at_ + header.length;
    if (table_ != nullptr) {
      (*table_)[row].length = header.length;
    }
    const bool known = header.vr == vr("SQ");
    const bool guess =
        !known && (header.vr == 0 || header.vr == vr("UN")) && starts_with_item(header);
    if (known || guess) {
      // CP-246: what is inside UN is implicit little endian.
      return open({.holds = Holds::Items,
                   .end = end,
                   .explicit_vr = frame.explicit_vr && known,
                   .big_endian = frame.big_endian && known,
                   .guess = guess,
                   .row = row});
    }
    if (outermost()) {
      note(header, frame.big_endian);
    }
    at_ = end;
    return {};
  }

  Result<void> take_undefined(const Frame& frame, const Header& header, std::size_t row) {
    if (header.tag == kPixelData) {
      return take_fragments(row);
    }
    if (header.vr == vr("SQ") || header.vr == vr("UN") || header.vr == 0) {
      const bool known = header.vr == vr("SQ");
      return open({.holds = Holds::Items,
                   .end = frame.end,
                   .undefined = true,
                   .explicit_vr = frame.explicit_vr && known,
                   .big_endian = frame.big_endian && known,
                   .row = row});
    }
    return corrupt(to_string(header.tag) +
                   " has an undefined length, which only sequences may have");
  }

  [[nodiscard]] bool starts_with_item(const Header& header) const {
    return header.length >= 8 && load16(data_, header.value, false) == kItem.group &&
           load16(data_, header.value + 2, false) == kItem.element;
  }

  [[nodiscard]] Error too_long(const Header& header) const {
    if (stack_.back().end != data_.size()) {
      return corrupt(to_string(header.tag) + " is longer than the sequence that holds it");
    }
    if (header.tag.group == kPixelData.group) {
      return pixels_cut_short(left(), header.length);
    }
    return corrupt("cut short: " + to_string(header.tag) + " should have " +
                   human_bytes(header.length) + " and " + human_bytes(left()) + " are left");
  }

  [[nodiscard]] static Error pixels_cut_short(std::uint64_t have, std::uint64_t want) {
    const auto exact = [](std::uint64_t bytes) {
      return with_thousands(static_cast<std::int64_t>(bytes)) + (bytes == 1 ? " byte" : " bytes");
    };
    const bool alike = human_bytes(have) == human_bytes(want);
    return corrupt("cut short: " +
                   (alike ? exact(have) + " of " + exact(want)
                          : human_bytes(have) + " of " + human_bytes(want)) +
                   " of pixel data");
  }

  Result<void> next_item() {
    const Frame frame = stack_.back();
    if (at_ == frame.end && !frame.undefined) {
      return close();
    }
    if (left() < 8) {
      return cut_short_error();
    }
    const Tag tag{load16(data_, at_, frame.big_endian), load16(data_, at_ + 2, frame.big_endian)};
    const std::uint32_t length = load32(data_, at_ + 4, frame.big_endian);
    if (tag == kSequenceEnd && frame.undefined) {
      at_ += 8;
      return close();
    }
    if (tag != kItem) {
      return corrupt("a sequence holds something other than items, at byte " + std::to_string(at_));
    }
    OSLER_TRY_DO(count());
    const std::size_t row = record(tag, 0, at_ + 8);
    at_ += 8;
    if (length != kUndefined && length > left()) {
      return stack_.back().end == data_.size()
                 ? corrupt("cut short: a sequence's item should have " + human_bytes(length) +
                           " and " + human_bytes(left()) + " are left")
                 : corrupt("a sequence's item is longer than the sequence");
    }
    stack_.push_back({.holds = Holds::Elements,
                      .end = length == kUndefined ? frame.end : at_ + length,
                      .undefined = length == kUndefined,
                      .explicit_vr = frame.explicit_vr,
                      .big_endian = frame.big_endian,
                      .row = row});
    return {};
  }

  Result<void> take_fragments(std::size_t row) {
    const bool big = stack_.back().big_endian;
    const std::uint64_t from = at_;
    std::uint64_t fragments = 0;
    while (true) {
      if (left() < 8) {
        return corrupt("cut short: the pixel data of " + human_bytes(at_ - from) + " has no end");
      }
      const Tag tag{load16(data_, at_, big), load16(data_, at_ + 2, big)};
      const std::uint32_t length = load32(data_, at_ + 4, big);
      if (tag != kItem && tag != kSequenceEnd) {
        return corrupt("the pixel data holds something other than fragments, at byte " +
                       std::to_string(at_));
      }
      at_ += 8;
      if (tag == kSequenceEnd) {
        break;
      }
      if (length == kUndefined || length > left()) {
        return pixels_cut_short(at_ - from + left(), at_ - from + length);
      }
      OSLER_TRY_DO(count());
      const std::size_t fragment = record(tag, vr("OB"), at_, 1);
      if (table_ != nullptr) {
        (*table_)[fragment].length = length;
        (*table_)[fragment].end = static_cast<std::uint32_t>(fragment + 1);
      }
      ++fragments;
      at_ += length;
    }
    if (table_ != nullptr) {
      (*table_)[row].length = at_ - 8 - from;
      (*table_)[row].end = static_cast<std::uint32_t>(table_->size());
    }
    if (outermost()) {
      scan_.has_pixel_data = true;
      scan_.encapsulated = true;
      scan_.fragments = fragments;
      scan_.pixel_bytes = at_ - from;
      pixels_end_ = at_;
    }
    return {};
  }

  Result<void> open(const Frame& frame) {
    ++depth_;
    if (depth_ > limits_.depth) {
      fatal_ = true;
      return corrupt("nested deeper than " + std::to_string(limits_.depth) + " levels");
    }
    scan_.deepest = std::max(scan_.deepest, depth_);
    stack_.push_back(frame);
    return {};
  }

  Result<void> close() {
    const Frame frame = stack_.back();
    if (outermost()) {
      done_ = true;
      return {};
    }
    stack_.pop_back();
    depth_ -= frame.holds == Holds::Items ? 1 : 0;
    if (table_ != nullptr) {
      auto& element = (*table_)[frame.row];
      element.end = static_cast<std::uint32_t>(table_->size());
      if (frame.undefined) {
        element.length = at_ - 8 - element.offset;
      }
    }
    return {};
  }

  // What looked like a sequence inside unknown bytes is none: the innermost such bytes are skipped.
  bool forget_guess() {
    const auto guess = std::find_if(stack_.rbegin(), stack_.rend(),
                                    [](const Frame& frame) { return frame.guess; });
    if (guess == stack_.rend()) {
      return false;
    }
    const Frame frame = *guess;
    depth_ -= static_cast<std::size_t>(std::count_if(
        stack_.rbegin(), guess + 1, [](const Frame& f) { return f.holds == Holds::Items; }));
    stack_.erase((guess + 1).base(), stack_.end());
    at_ = frame.end;
    if (table_ != nullptr) {
      table_->resize(frame.row + 1);
      table_->back().end = static_cast<std::uint32_t>(table_->size());
    }
    return true;
  }

  // Bytes after the pixels that cannot be read, and are no cut-off signature or padding (whose tags
  // are higher), do not belong to the data set.
  bool forget_trailer() {
    const auto rest = data_.subspan(outer_at_);
    const bool lower =
        rest.size() < 4 || load16(rest, 0, stack_.front().big_endian) <= kPixelData.group;
    if (pixels_end_ == 0 || outer_at_ < pixels_end_ || !lower) {
      return false;
    }
    scan_.trailing_bytes = rest.size();
    if (table_ != nullptr) {
      table_->resize(outer_row_);
    }
    done_ = true;
    return true;
  }

  Result<void> count() {
    if (++scan_.elements > limits_.elements) {
      fatal_ = true;
      return corrupt("more than " + with_thousands(static_cast<std::int64_t>(limits_.elements)) +
                     " data elements");
    }
    return {};
  }

  std::size_t record(Tag tag, Vr code, std::uint64_t offset, std::size_t deeper = 0) {
    if (table_ == nullptr) {
      return 0;
    }
    const std::size_t row = table_->size();
    table_->push_back({.tag = tag,
                       .vr = code,
                       .level = static_cast<std::uint16_t>(stack_.size() - 1 + deeper),
                       .end = static_cast<std::uint32_t>(row + 1),
                       .offset = offset});
    return row;
  }

  // The outermost data set's geometry.
  void note(const Header& header, bool big) {
    const auto us = [&]() -> std::uint64_t {
      return header.length >= 2 ? load16(data_, header.value, big) : 0;
    };
    if (header.tag == kPixelData || header.tag == Tag{0x7FE0, 0x0008} ||
        header.tag == Tag{0x7FE0, 0x0009}) {
      scan_.has_pixel_data = true;
      scan_.pixel_bytes = header.length;
      pixels_end_ = header.value + header.length;
    } else if (header.tag == Tag{0x0028, 0x0002}) {
      scan_.samples_per_pixel = us();
    } else if (header.tag == Tag{0x0028, 0x0008}) {
      scan_.frames = integer(header);
    } else if (header.tag == Tag{0x0028, 0x0010}) {
      scan_.rows = us();
    } else if (header.tag == Tag{0x0028, 0x0011}) {
      scan_.columns = us();
    } else if (header.tag == Tag{0x0028, 0x0100}) {
      scan_.bits_allocated = us();
    }
  }

  // An IS value; what is no number counts as 0, what is too large as the largest.
  [[nodiscard]] std::uint64_t integer(const Header& header) const {
    const auto text = trim(as_text(data_.subspan(header.value, header.length)));
    std::uint64_t number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    return read.ec == std::errc::result_out_of_range ? std::numeric_limits<std::uint64_t>::max()
                                                     : number;
  }

  BytesView data_;
  const ScanLimits& limits_;
  std::vector<Element>* table_;
  Scan& scan_;
  std::vector<Frame> stack_;
  std::uint64_t at_ = 0;
  std::size_t depth_ = 0;
  std::uint64_t outer_at_ = 0;  // where the present outermost element begins
  std::size_t outer_row_ = 0;
  std::uint64_t pixels_end_ = 0;  // 0: not seen yet
  bool done_ = false;
  bool fatal_ = false;
};

}  // namespace

Result<void> tokenize(const Walk& walk, Scan& scan) {
  return Tokenizer(walk, scan).run();
}

}  // namespace osler::dicom::io
