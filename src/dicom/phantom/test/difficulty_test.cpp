#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "base/parallel.h"
#include "dicom/phantom/internal/cohort.h"

namespace osler::dicom::phantom {
namespace {

using Row = std::vector<double>;

double auroc(const Row& scores, const std::vector<bool>& labels) {
  double wins = 0.0;
  double pairs = 0.0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    for (std::size_t j = 0; j < scores.size(); ++j) {
      if (labels[i] && !labels[j]) {
        pairs += 1.0;
        wins += scores[i] > scores[j] ? 1.0 : scores[i] == scores[j] ? 0.5 : 0.0;
      }
    }
  }
  return wins / pairs;
}

double dot(const Row& a, const Row& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

// Columns to mean 0 and deviation 1, with a column of ones.
void standardise(std::vector<Row>& rows) {
  const auto count = static_cast<double>(rows.size());
  for (std::size_t c = 0; c < rows.front().size(); ++c) {
    double sum = 0.0;
    double squares = 0.0;
    for (const Row& row : rows) {
      sum += row[c];
      squares += row[c] * row[c];
    }
    const double mean = sum / count;
    const double deviation = std::sqrt(std::max(squares / count - mean * mean, 1e-12));
    for (Row& row : rows) {
      row[c] = (row[c] - mean) / deviation;
    }
  }
  for (Row& row : rows) {
    row.push_back(1.0);
  }
}

// Logistic regression with a small ridge, by gradient descent on the rows for which `use` holds.
Row fit(const std::vector<Row>& rows, const std::vector<bool>& labels,
        const std::function<bool(std::size_t)>& use) {
  Row weights(rows.front().size(), 0.0);
  for (int step = 0; step < 400; ++step) {
    Row gradient(weights.size(), 0.0);
    double count = 0.0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (use(i)) {
        const double residual =
            (labels[i] ? 1.0 : 0.0) - 1.0 / (1.0 + std::exp(-dot(weights, rows[i])));
        count += 1.0;
        for (std::size_t c = 0; c < weights.size(); ++c) {
          gradient[c] += residual * rows[i][c];
        }
      }
    }
    for (std::size_t c = 0; c < weights.size(); ++c) {
      weights[c] += 0.3 * (gradient[c] / count - 0.003 * weights[c]);
    }
  }
  return weights;
}

// Mean AUROC over five models, each on the fifth of the patients that it was fitted without.
double cross_validated(std::vector<Row> rows, const std::vector<bool>& labels,
                       const std::vector<std::size_t>& patients) {
  standardise(rows);
  double sum = 0.0;
  for (std::size_t fold = 0; fold < 5; ++fold) {
    const Row weights = fit(rows, labels, [&](std::size_t i) { return patients[i] % 5 != fold; });
    Row scores;
    std::vector<bool> truth;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (patients[i] % 5 == fold) {
        scores.push_back(dot(weights, rows[i]));
        truth.push_back(labels[i]);
      }
    }
    sum += auroc(scores, truth);
  }
  return sum / 5.0;
}

struct Data {
  std::vector<Row> grey;    // shares of the film in 16 grey bands, mean, deviation
  std::vector<Row> header;  // age, sex, view, site, make, exposure, size, station
  std::vector<bool> labels;
  std::vector<std::size_t> patients;
};

Row grey_of(const Film& film, const Vendor& vendor) {
  Row row(18, 0.0);
  const double most = std::ldexp(1.0, vendor.detector.bits) - 1.0;
  const double share = 1.0 / static_cast<double>(film.samples.size());
  double squares = 0.0;
  for (const std::uint16_t sample : film.samples) {
    const double value = vendor.detector.inverted ? 1.0 - sample / most : sample / most;
    row[static_cast<std::size_t>(std::min(value * 16.0, 15.0))] += share;
    row[16] += share * value;
    squares += share * value * value;
  }
  row[17] = std::sqrt(std::max(squares - row[16] * row[16], 0.0));
  return row;
}

Row header_of(const Cohort& cohort, const Study& study, const Film& film) {
  const Patient& patient = cohort.patients[study.patient];
  const Story story = tell(cohort, study, FileKind::Film, film);
  Row row{static_cast<double>(study.age),
          patient.sex == Sex::Male ? 1.0 : 0.0,
          study.view == View::Ap ? 1.0 : 0.0,
          story.kvp,
          story.mas,
          static_cast<double>(film.width),
          story.station.starts_with("ICU") ? 1.0 : 0.0};
  for (std::size_t k = 0; k < 3; ++k) {
    row.push_back(patient.site == k ? 1.0 : 0.0);
  }
  for (std::size_t k = 0; k < vendors().size(); ++k) {
    row.push_back(study.vendor == k ? 1.0 : 0.0);
  }
  return row;
}

Data make(const Options& options) {
  const Cohort cohort = plan_cohort(options);
  Data data;
  data.grey.resize(cohort.studies.size());
  data.header.resize(cohort.studies.size());
  parallel_for(cohort.studies.size(), hardware_threads(), [&](std::size_t i) {
    const Study& study = cohort.studies[i];
    const Film film = make_film(cohort, study, FileKind::Film);
    data.grey[i] = grey_of(film, vendors()[study.vendor]);
    data.header[i] = header_of(cohort, study, film);
  });
  for (const Study& study : cohort.studies) {
    data.labels.push_back(study.label);
    data.patients.push_back(study.patient);
  }
  return data;
}

TEST(Difficulty, NeitherGreyLevelsNorHeadersKnowTheFinding) {
  const Data data = make({.studies = 400, .seed = 3});

  const double grey = cross_validated(data.grey, data.labels, data.patients);
  const double header = cross_validated(data.header, data.labels, data.patients);

  RecordProperty("grey_auroc", std::to_string(grey));
  RecordProperty("header_auroc", std::to_string(header));
  EXPECT_LE(grey, 0.60);
  EXPECT_LE(header, 0.60);
}

TEST(Difficulty, WithTheShortcutHeadersDo) {
  const Data data = make({.studies = 200, .seed = 3, .shortcut = true});

  EXPECT_GT(cross_validated(data.header, data.labels, data.patients), 0.80);
}

}  // namespace
}  // namespace osler::dicom::phantom
