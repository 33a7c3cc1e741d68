#include "dicom/deidentify/internal/scrubber.h"

#include <algorithm>

#include "dicom/deidentify/internal/values.h"

namespace osler::dicom::deidentify {
namespace {

using io::Element;
using io::Tag;
using io::vr;
using io::Vr;

constexpr Tag kPatientId{0x0010, 0x0020};
constexpr Tag kPatientAge{0x0010, 0x1010};

bool is_letters(Vr code) {
  const auto letter = [](unsigned c) { return c >= 'A' && c <= 'Z'; };
  return letter(code >> 8U) && letter(code & 0xFFU);
}

bool is_creator(Tag tag) {
  return tag.is_private() && tag.element >= 0x0010 && tag.element <= 0x00FF;
}

// Commands, file meta information and directory records have no place in a data set; group lengths
// are retired and would be wrong.
bool is_structure(Tag tag) {
  return tag.group < 0x0008 || tag.element == 0x0000;
}

}  // namespace

void Scrubber::run() {
  data_set(0, header_.table().size(), {.encoding = plan_.encoding, .outermost = true});
}

// The elements of one level in ascending order, the first of each tag.
std::vector<std::uint32_t> Scrubber::rows(std::size_t begin, std::size_t end) const {
  std::vector<std::uint32_t> found;
  bool ascending = true;
  for (std::size_t row = begin; row < end; row = at(row).end) {
    ascending = ascending && (found.empty() || at(found.back()).tag < at(row).tag);
    found.push_back(static_cast<std::uint32_t>(row));
  }
  if (!ascending) {
    std::ranges::stable_sort(found, {}, [&](std::uint32_t row) { return at(row).tag; });
    const auto rest =
        std::ranges::unique(found, {}, [&](std::uint32_t row) { return at(row).tag; });
    found.erase(rest.begin(), rest.end());
  }
  return found;
}

// Of one level's elements the private ones that may stay, with the creators they need; ascending.
std::vector<std::uint32_t> Scrubber::safe_private(const std::vector<std::uint32_t>& rows) const {
  std::vector<std::uint32_t> safe;
  for (const std::uint32_t creator : rows) {
    const Tag own = at(creator).tag;
    if (!is_creator(own)) {
      continue;
    }
    bool needed = false;
    for (const std::uint32_t row : rows) {
      const Tag tag = at(row).tag;
      if (tag.group == own.group && tag.element >> 8U == own.element &&
          !is_sequence(header_, row) && is_safe_private(plain(text(creator)), tag)) {
        safe.push_back(row);
        needed = true;
      }
    }
    if (needed) {
      safe.push_back(creator);
    }
  }
  std::ranges::sort(safe);
  return safe;
}

void Scrubber::data_set(std::size_t begin, std::size_t end, Place place) {
  const auto here = rows(begin, end);
  const auto safe =
      plan_.profile.retain_safe_private ? safe_private(here) : std::vector<std::uint32_t>();
  auto next = place.outermost ? plan_.stamps.begin() : plan_.stamps.end();
  for (const std::uint32_t row : here) {
    const Tag tag = at(row).tag;
    while (next != plan_.stamps.end() && next->tag < tag) {
      stamp(*next++);
    }
    if (next != plan_.stamps.end() && next->tag == tag) {
      ++counts_.replaced;
      stamp(*next++);
    } else if (!tag.is_private()) {
      element(row, place);
    } else if (std::ranges::binary_search(safe, row)) {
      ++counts_.private_kept;
      keep(row, place);
    } else {
      ++counts_.private_removed;
    }
  }
  for (; next != plan_.stamps.end(); ++next) {
    stamp(*next);
  }
}

void Scrubber::element(std::size_t row, Place place) {
  const Tag tag = at(row).tag;
  if (is_structure(tag)) {
    return;
  }
  const Decision decision =
      decide(tag, plan_.profile, {.outermost = place.outermost, .in_report = plan_.is_report});
  // Items where the standard has a value, or bytes where it has items: nobody can say what they
  // are.
  const bool has_items = is_sequence(header_, row);
  const Vr standard = standard_vr(tag);
  if (standard != 0 && has_items != (standard == vr("SQ")) && at(row).length != 0 &&
      decision.action != Action::Remove) {
    ++counts_.unknown_removed;
    return;
  }
  apply(row, place, decision);
}

void Scrubber::apply(std::size_t row, Place place, Decision decision) {
  switch (decision.action) {
    case Action::Keep:
      keep(row, place);
      break;
    case Action::Remove:
      ++counts_.removed;
      break;
    case Action::Unknown:
      ++counts_.unknown_removed;
      break;
    case Action::Empty:
      empty(row, place);
      break;
    case Action::Dummy:
      replace(row, place);
      break;
    case Action::MapUid:
      map_uids(row, place);
      break;
    case Action::Shift:
      shift(row, place, decision.otherwise);
      break;
    case Action::KeepTime:
      if (is_time(text(row))) {
        keep(row, place);
      } else {
        apply(row, place, {.action = decision.otherwise});
      }
      break;
  }
}

Vr Scrubber::written_vr(std::size_t row, Place place) const {
  const Vr code = at(row).vr;
  const Vr standard = standard_vr(at(row).tag);
  if (!place.encoding.explicit_vr) {
    return standard != 0 ? standard : code;  // not written, but decides the padding and the dummy
  }
  if (is_letters(code)) {
    return code;
  }
  return standard != 0 ? standard : vr("UN");
}

void Scrubber::keep(std::size_t row, Place place) {
  const Element& from = at(row);
  if (is_sequence(header_, row)) {
    sequence(row, place);
    return;
  }
  if (from.tag == io::kPixelData && has_undefined_length(header_, from)) {
    const Vr code = is_letters(from.vr) ? from.vr : vr("OB");
    writer_.fragments(place.encoding, from.tag, code,
                      header_.data().subspan(from.offset, from.length + 8));
    return;
  }
  if (from.tag == kPatientAge) {
    const auto age = coarse_age(text(row));
    counts_.replaced += age && *age == plain(text(row)) ? 0U : 1U;
    writer_.element(place.encoding, from.tag, written_vr(row, place), age.value_or(""));
    return;
  }
  writer_.element(place.encoding, from.tag, written_vr(row, place), header_.value(from));
}

void Scrubber::sequence(std::size_t row, Place place) {
  const Element& from = at(row);
  const Vr code = written_vr(row, place);
  Place inside{.encoding = place.encoding};
  if (place.encoding.explicit_vr && code != vr("SQ")) {
    inside.encoding = {.explicit_vr = false, .big_endian = false};  // CP-246
  }
  const bool undefined = has_undefined_length(header_, from) || code != vr("SQ");
  const auto whole = writer_.sequence(place.encoding, from.tag, code, undefined);
  for (std::size_t item = row + 1; item < from.end; item = at(item).end) {
    const auto open = writer_.item(inside.encoding, has_undefined_length(header_, at(item)));
    data_set(item + 1, at(item).end, inside);
    writer_.close(inside.encoding, open);
  }
  writer_.close(inside.encoding, whole);
}

void Scrubber::empty(std::size_t row, Place place) {
  counts_.emptied += at(row).length != 0 ? 1U : 0U;
  writer_.element(place.encoding, at(row).tag, written_vr(row, place), std::string_view());
}

bool Scrubber::holds_codes(std::size_t row) const {
  const std::size_t end = at(row).end;
  for (std::size_t item = row + 1; item < end; item = at(item).end) {
    for (std::size_t inner = item + 1; inner < at(item).end; inner = at(inner).end) {
      const Tag tag = at(inner).tag;
      if (tag.group == 0x0008 && (tag.element == 0x0100 || tag.element == 0x0104 ||
                                  tag.element == 0x0119 || tag.element == 0x0120)) {
        return true;
      }
    }
  }
  return false;
}

void Scrubber::replace(std::size_t row, Place place) {
  const Element& from = at(row);
  const Vr code = written_vr(row, place);
  if (is_sequence(header_, row)) {
    if (!holds_codes(row)) {
      sequence(row, place);
      return;
    }
    ++counts_.replaced;
    const auto open = writer_.sequence(place.encoding, from.tag, vr("SQ"), false);
    code_item(place.encoding, "REMOVED", "99OSLER", "Removed");
    writer_.close(place.encoding, open);
    return;
  }
  if (from.length == 0) {
    keep(row, place);
    return;
  }
  ++counts_.replaced;
  if (from.tag == kPatientId) {
    writer_.element(place.encoding, from.tag, code,
                    plan_.pseudonyms.patient(plain(text(row)), plan_.issuer));
    return;
  }
  const Vr standard = standard_vr(from.tag);
  writer_.element(place.encoding, from.tag, code,
                  dummy(code == vr("UN") && standard != 0 ? standard : code));
}

const std::string& Scrubber::mapped(std::string_view uid) {
  auto [entry, fresh] = uids_.try_emplace(std::string(uid));
  if (fresh) {
    entry->second = plan_.pseudonyms.uid(uid);
  }
  return entry->second;
}

void Scrubber::map_uids(std::size_t row, Place place) {
  std::string_view values = text(row);
  std::string out;
  std::size_t changed = 0;
  while (true) {
    const auto end = values.find('\\');
    const std::string_view value = plain(values.substr(0, end));
    if (!value.empty()) {
      const std::string& drawn = mapped(value);
      changed += drawn != value ? 1U : 0U;
      out += drawn;
    }
    if (end == std::string_view::npos) {
      break;
    }
    out += '\\';
    values.remove_prefix(end + 1);
  }
  counts_.mapped += changed != 0 ? 1U : 0U;
  writer_.element(place.encoding, at(row).tag, written_vr(row, place), out);
}

void Scrubber::shift(std::size_t row, Place place, Action otherwise) {
  const auto shifted = shift_dates(text(row), plan_.shift_days);
  if (!shifted) {
    apply(row, place, {.action = otherwise});
    return;
  }
  counts_.shifted += plain(text(row)).empty() || plan_.shift_days == 0 ? 0U : 1U;
  writer_.element(place.encoding, at(row).tag, written_vr(row, place), *shifted);
}

void Scrubber::stamp(const Stamp& stamp) {
  if (stamp.code != vr("SQ")) {
    writer_.element(plan_.encoding, stamp.tag, stamp.code, stamp.value);
    return;
  }
  const auto open = writer_.sequence(plan_.encoding, stamp.tag, stamp.code, false);
  for (const std::string& code : stamp.method_codes) {
    code_item(plan_.encoding, code, "DCM", method_meaning(code));
  }
  writer_.close(plan_.encoding, open);
}

void Scrubber::code_item(io::Encoding encoding, std::string_view code, std::string_view scheme,
                         std::string_view meaning) {
  const auto item = writer_.item(encoding, false);
  writer_.element(encoding, {0x0008, 0x0100}, vr("SH"), code);
  writer_.element(encoding, {0x0008, 0x0102}, vr("SH"), scheme);
  writer_.element(encoding, {0x0008, 0x0104}, vr("LO"), meaning);
  writer_.close(encoding, item);
}

}  // namespace osler::dicom::deidentify
