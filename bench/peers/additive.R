# mgcv::bam: Rscript additive.R CELLS FORECAST [KNOTS]
# By class, P(something found) = 1 - exp(-c exp(eta)), c the effort (cloglog with log c as offset), eta a smooth of every covariate
# and of place, of KNOTS (200) knots. Smoothness by fREML.
library(mgcv)
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
source(file.path(here, "cells.R"))
argument <- commandArgs(trailingOnly = TRUE)
cells <- read_cells(argument[1])
table <- covariates(cells)
table$x <- cells$data$x / 1000
table$y <- cells$data$y / 1000

formula_of <- function(rows, knots) {
  terms <- "offset(log_effort)"
  for (name in setdiff(names(table), c("x", "y"))) {
    value <- table[rows, name]
    distinct <- length(unique(value))
    if (is.factor(value)) {
      if (distinct > 1) terms <- c(terms, sprintf("s(%s, bs = \"re\")", name))  # a class seldom searched says little
    } else if (distinct > 12) {
      terms <- c(terms, sprintf("s(%s, k = 8)", name))
    }
  }
  # mgcv lays a thin plate spline on 2,000 points at most unless told otherwise.
  terms <- c(terms, sprintf("s(x, y, k = %d, xt = list(max.knots = %d))", knots, max(2000L, knots)))
  as.formula(paste("y_found ~", paste(terms, collapse = " + ")))
}

fit <- function(class, rows, knots) {
  data <- table[rows, ]
  data$y_found <- found(cells, class)[rows]
  data$log_effort <- log(effort(cells, class)[rows])
  bam(formula_of(rows, knots), family = binomial("cloglog"), data = data, discrete = TRUE, nthreads = 2)
}

# P(a cell holds any): full effort. At the estimate: its mean over the standard error scored worse and took longer.
presence <- function(model, rows) {
  data <- table[rows, ]
  data$log_effort <- 0
  eta <- predict(model, data, discrete = TRUE, n.threads = 2)
  as.numeric(-expm1(-exp(pmin(eta, 10))))
}

forecast <- function(class) {
  knots <- if (length(argument) > 2) as.integer(argument[3]) else 200L
  begin <- proc.time()[["elapsed"]]
  p <- presence(fit(class, which(effort(cells, class) > 0), knots), seq_len(nrow(table)))
  cat(sprintf("%s: %d knots of place, %.1f s\n", class, knots, proc.time()[["elapsed"]] - begin))
  p
}
write_forecast(argument[2], forecast("mines"), forecast("erw"))
