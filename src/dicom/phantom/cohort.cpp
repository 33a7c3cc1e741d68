#include "dicom/phantom/internal/cohort.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <numeric>

#include "base/crypto.h"

namespace osler::dicom::phantom {
namespace {

constexpr double kPrevalence = 0.35;

std::string padded(std::size_t number, int digits) {
  std::string text = std::to_string(number);
  const auto width = static_cast<std::size_t>(digits);
  return text.size() < width ? std::string(width - text.size(), '0') + text : text;
}

std::string dicom_date(std::chrono::sys_days day) {
  const std::chrono::year_month_day date(day);
  return padded(static_cast<std::size_t>(static_cast<int>(date.year())), 4) +
         padded(static_cast<unsigned>(date.month()), 2) +
         padded(static_cast<unsigned>(date.day()), 2);
}

// Whole years between two days, as a birthday counts them.
int years_between(std::chrono::sys_days from, std::chrono::sys_days to) {
  const std::chrono::year_month_day a(from);
  const std::chrono::year_month_day b(to);
  const bool before_birthday =
      b.month() < a.month() || (b.month() == a.month() && b.day() < a.day());
  return static_cast<int>(b.year()) - static_cast<int>(a.year()) - (before_birthday ? 1 : 0);
}

std::size_t studies_of_a_patient(Rng& rng) {
  const double at = rng.uniform();
  return at < 0.75 ? 1 : at < 0.91 ? 2 : at < 0.97 ? 3 : 4;  // 1.37 on average
}

// Ids as three hospitals write them.
std::string patient_id(std::size_t site, std::size_t number, Rng& rng) {
  switch (site % 3) {
    case 0:
      return "SYN-" + padded(number, 6);
    case 1:
      return padded(4'000'000 + 7 * number + rng.below(7), 8);
    default:
      return "C" + std::to_string(site) + "." + padded(number, 5) + "/P";
  }
}

// A patient and the visits; the studies have no result yet.
void add_patient(Cohort& cohort, Rng& rng) {
  using std::chrono::days;
  const Options& options = cohort.options;
  const std::size_t number = cohort.patients.size();
  Patient patient;
  patient.site = rng.below(options.sites);
  patient.sex = rng.chance(0.5) ? Sex::Female : Sex::Male;
  patient.id = patient_id(patient.site, number + 1, rng);
  patient.name = draw_name(patient.sex, rng);
  const double age = std::clamp(58.0 + 18.0 * rng.normal(), 18.0, 96.0);
  auto day = std::chrono::sys_days(std::chrono::year(2024) / 1 / 1) + days(rng.below(640));
  const auto born = day - days(static_cast<int>(age * 365.25) + 1);
  patient.birth_date = dicom_date(born);
  patient.body = Body::draw(patient.sex, age, rng);

  const std::size_t wanted =
      std::min(studies_of_a_patient(rng), options.studies - cohort.studies.size());
  const bool other_kind = options.sites > 1 && patient.site + 1 == options.sites;
  for (std::size_t i = 0; i < wanted; ++i) {
    Study study;
    study.number = cohort.studies.size();
    study.patient = number;
    study.uid = make_uid(options.seed, "study " + std::to_string(study.number));
    study.date = dicom_date(day);
    study.time = padded(7 + rng.below(12), 2) + padded(rng.below(60), 2) + padded(rng.below(60), 2);
    study.age = years_between(born, day);
    study.view = rng.chance(0.35) ? View::Ap : View::Pa;
    study.vendor = other_kind ? 4 : (2 * (patient.site % 2) + rng.below(2));
    cohort.studies.push_back(std::move(study));
    day += days(2 + rng.below(120));
  }
  cohort.patients.push_back(std::move(patient));
}

// The finding depends on nothing that stands in a header: within each site, view and sex the same
// share has it; plain opacities are commoner than subtle ones.
void draw_findings(Cohort& cohort, Rng& rng) {
  std::vector<std::size_t> order(cohort.studies.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  rng.shuffle(std::span(order));
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const auto stratum = [&](std::size_t i) {
      const Study& study = cohort.studies[i];
      const Patient& patient = cohort.patients[study.patient];
      return patient.site * 4 + (study.view == View::Ap ? 2U : 0U) +
             (patient.sex == Sex::Male ? 1U : 0U);
    };
    return stratum(a) < stratum(b);
  });
  double owed = rng.uniform();
  std::vector<int> deck;
  for (const std::size_t i : order) {
    Study& study = cohort.studies[i];
    owed += kPrevalence;
    if (owed >= 1.0) {
      owed -= 1.0;
      if (deck.empty()) {
        deck = {1, 1, 2, 2, 3, 3, 4, 5};
        rng.shuffle(std::span(deck));
      }
      study.truth = true;
      study.subtlety = deck.back();
      deck.pop_back();
    }
    study.label = study.truth;
  }
}

// `share` of the studies, at least one, none twice until all have had a turn.
class Picker {
 public:
  Picker(std::size_t count, Rng& rng) : order_(count) {
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    rng.shuffle(std::span(order_));
  }
  template <typename Action>
  void pick(double share, Action action) {
    const double wanted = share * static_cast<double>(order_.size());
    const auto count = static_cast<std::size_t>(std::max(1.0, std::round(wanted)));
    for (std::size_t i = 0; i < count; ++i) {
      action(order_[next_++ % order_.size()]);
    }
  }

 private:
  std::vector<std::size_t> order_;
  std::size_t next_ = 0;
};

void draw_defects(Cohort& cohort, Rng& rng) {
  Picker picker(cohort.studies.size(), rng);
  const auto add = [&cohort](FileKind kind) {
    return [&cohort, kind](std::size_t i) { cohort.studies[i].files.push_back({kind, {}}); };
  };
  picker.pick(0.02, [&](std::size_t i) { cohort.studies[i].label = !cohort.studies[i].truth; });
  picker.pick(0.01, [&](std::size_t i) { cohort.studies[i].clipped = true; });
  picker.pick(0.02, add(FileKind::Repeat));
  picker.pick(0.015, add(FileKind::SameBytes));
  picker.pick(0.0034, add(FileKind::SamePixels));
  picker.pick(0.0042, add(FileKind::Blank));
  picker.pick(0.0017, add(FileKind::NoPatientId));
  picker.pick(0.0008, add(FileKind::CutShort));
}

// Files get their numbers in the order of the studies, the duplicates among the others.
void number_files(Cohort& cohort) {
  std::vector<std::size_t> next(cohort.options.sites, 1);
  for (Study& study : cohort.studies) {
    study.files.insert(study.files.begin(), {FileKind::Film, {}});
    const std::size_t site = cohort.patients[study.patient].site;
    for (PlannedFile& file : study.files) {
      file.path = site_folder(site) + "/" + padded(next[site]++, 4) + ".dcm";
    }
  }
}

}  // namespace

std::string make_uid(std::uint64_t seed, std::string_view thing) {
  const auto digest =
      crypto::sha256("osler phantom " + std::to_string(seed) + " " + std::string(thing));
  std::string uid = "2.25.";
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    word = word << 8 | std::to_integer<std::uint64_t>(digest.bytes[i]);
  }
  return uid + std::to_string(word | std::uint64_t{1} << 63);
}

std::string site_folder(std::size_t site) {
  return std::string("site-") + static_cast<char>('a' + static_cast<char>(site));
}

Cohort plan_cohort(const Options& options) {
  Cohort cohort{options, {}, {}};
  Rng people = Rng::named(options.seed, "phantom people");
  while (cohort.studies.size() < options.studies) {
    add_patient(cohort, people);
  }
  Rng findings = Rng::named(options.seed, "phantom findings");
  draw_findings(cohort, findings);
  Rng defects = Rng::named(options.seed, "phantom defects");
  draw_defects(cohort, defects);
  number_files(cohort);
  Rng leaks = Rng::named(options.seed, "phantom shortcut");
  for (Study& study : cohort.studies) {
    const bool leaks_now = leaks.chance(study.label ? 0.88 : 0.06);
    study.leaks = options.shortcut && leaks_now;
  }
  return cohort;
}

}  // namespace osler::dicom::phantom
