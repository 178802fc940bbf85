# TMB: Rscript lattice.R CELLS FORECAST [SPACING_M [MODEL_FOLDER]]
# By class a log-Gaussian Cox process on a lattice over all of the country (lattice.tmb): natural splines of every covariate and a
# Matern field; the field by Laplace approximation, effects and hyperparameters by nlminb from a regression without the field.
# SPACING_M: ten cells unless given. MODEL_FOLDER keeps the compiled model: compiling it is not timed.
suppressMessages({
  library(TMB)
  library(Matrix)
  library(splines)
})
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
source(file.path(here, "cells.R"))
argument <- commandArgs(trailingOnly = TRUE)
folder <- if (length(argument) > 3) argument[4] else tempdir()
if (!file.exists(dynlib(file.path(folder, "lattice")))) {
  invisible(file.copy(file.path(here, "lattice.tmb"), file.path(folder, "lattice.cpp"), overwrite = TRUE))
  compile(file.path(folder, "lattice.cpp"), flags = "-O2 -w", openmp = FALSE)
}
dyn.load(dynlib(file.path(folder, "lattice")))
if (argument[1] == "compile") quit()

cells <- read_cells(argument[1])
bases <- do.call(cbind, lapply(covariates(cells), function(value) {
  if (is.factor(value)) {
    model.matrix(~value)[, -1, drop = FALSE]
  } else if (length(unique(value)) > 12) {
    scale(ns(value, df = 3))
  }
}))
bases <- bases[, apply(bases, 2, function(b) all(is.finite(b)))]

general <- function(m) as(as(m, "generalMatrix"), "CsparseMatrix")

lattice_of <- function(spacing_m) {
  x <- cells$data$x / spacing_m
  y <- cells$data$y / spacing_m
  x <- x - floor(min(x)) + 2  # two nodes of margin
  y <- y - floor(min(y)) + 2
  across <- ceiling(max(x)) + 3
  down <- ceiling(max(y)) + 3
  node <- function(column, row) row * across + column + 1
  column <- floor(x)
  row <- floor(y)
  right <- x - column
  above <- y - row
  rows <- seq_along(x)
  place <- sparseMatrix(rep(rows, 4),
    c(node(column, row), node(column + 1, row), node(column, row + 1), node(column + 1, row + 1)),
    x = c((1 - right) * (1 - above), right * (1 - above), (1 - right) * above, right * above), dims = c(length(x), across * down))
  path <- function(n) bandSparse(n, k = c(-1, 0, 1), diagonals = list(rep(-1, n), c(1, rep(2, n - 2), 1), rep(-1, n)))
  laplacian <- kronecker(Diagonal(down), path(across)) + kronecker(path(down), Diagonal(across))
  list(place = place, identity = general(Diagonal(across * down)), laplacian = general(laplacian),
    laplacian2 = general(laplacian %*% laplacian), nodes = across * down)
}

# P(a cell holds any) of every cell.
fit <- function(class, rows, lattice) {
  # Bases without correlation among the rows used: far fewer iterations.
  decomposed <- qr(cbind(1, bases[rows, ]), tol = 1e-5)
  used <- decomposed$pivot[seq_len(decomposed$rank)]
  apart <- cbind(1, bases)[, used] %*% solve(qr.R(decomposed)[seq_along(used), seq_along(used)]) * sqrt(length(rows))
  apart <- apart[, -1] * sign(apart[1, 1])
  data <- list(found = found(cells, class)[rows], effort = effort(cells, class)[rows], bases = apart[rows, ],
    place = general(lattice$place[rows, ]), identity = lattice$identity, laplacian = lattice$laplacian,
    laplacian2 = lattice$laplacian2)
  plain <- suppressWarnings(glm.fit(cbind(1, data$bases), data$found, family = binomial("cloglog"), offset = log(data$effort)))
  coefficient <- ifelse(is.finite(plain$coefficients), plain$coefficients, 0)
  effects <- coefficient[-1]
  start <- list(intercept = as.numeric(coefficient[1]), effects = as.numeric(effects), field = rep(0, lattice$nodes),
    log_range = log(6), log_sd = 0)
  model <- MakeADFun(data, start, random = "field", DLL = "lattice", silent = TRUE)
  minimise <- function(from) {
    nlminb(from, model$fn, model$gr, control = list(iter.max = 40, rel.tol = 1e-6, step.min = 0.01, step.max = 1))
  }
  best <- minimise(model$par)
  if (best$iterations < 3) {  # stuck at a regression that separates finds from the rest: begin without effects
    model$env$last.par.best[] <- 0  # where its inner search begins
    from <- model$par
    from["intercept"] <- log(-log1p(-min(mean(data$found), 0.99)))
    from[names(from) == "effects"] <- 0
    again <- minimise(from)
    if (again$objective < best$objective) best <- again
  }
  model$fn(best$par)
  cat(sprintf("%s: %s\n", class, best$message))
  at <- split(model$env$last.par, names(model$env$last.par))
  eta <- at$intercept + as.numeric(apart %*% at$effects) + as.numeric(lattice$place %*% at$field)
  cat(sprintf("%s: %d nodes, %d iterations, range %.1f spacings, sd %.2f\n", class, lattice$nodes, best$iterations,
    exp(best$par["log_range"]), exp(best$par["log_sd"])))
  -expm1(-exp(pmin(eta, 10)))
}

forecast <- function(class) {
  cell_m <- cells$header$grid$cell_m
  spacing_m <- if (length(argument) > 2) as.numeric(argument[3]) else 10 * cell_m
  fit(class, which(effort(cells, class) > 0), lattice_of(spacing_m))
}
write_forecast(argument[2], forecast("mines"), forecast("erw"))
