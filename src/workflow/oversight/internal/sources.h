#pragma once

#include "workflow/home.h"
#include "workflow/oversight/internal/evaluation.h"
#include "workflow/oversight/internal/pairing.h"
#include "workflow/oversight/internal/papers.h"
#include "workflow/oversight/internal/pictures.h"
#include "workflow/oversight/internal/report_facts.h"
#include "workflow/oversight/internal/test_films.h"

namespace osler::workflow::oversight::internal {

// Where the pages' facts come from: a home, and what was read of it before.
struct Sources {
  explicit Sources(Home& whose) : home(whose) {}

  Home& home;
  PaperShelf papers;
  ReportShelf reports;
  FilmShelf films;
  EvaluationShelf evaluations;
  DifferenceShelf differences;
  PictureShelf pictures;
};

}  // namespace osler::workflow::oversight::internal
