# TMB: Rscript lattice.R CELLS FORECAST [SPACING_M [MODEL_FOLDER]]
# By class a log-Gaussian Cox process on lattices over all of the country (lattice.tmb): natural splines of every covariate and two
# Matern fields, near and far; the fields by Laplace approximation, effects and hyperparameters by nlminb from a regression without
# fields; the forecast is the mean of 100 draws of the fields. SPACING_M, of the near field: 300 m, but at least two cells, unless
# given; of the far one thrice that, at least 1.5 km. MODEL_FOLDER keeps the compiled model: compiling it is not timed.
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
  compile(file.path(folder, "lattice.cpp"), flags = "-O2 -w", openmp = FALSE, framework = "TMBad")
}
dyn.load(dynlib(file.path(folder, "lattice")))
if (argument[1] == "compile") quit()

cells <- read_cells(argument[1])
bases <- do.call(cbind, lapply(covariates(cells), function(value) {
  if (is.factor(value)) {
    model.matrix(~ value - 1)
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
  wave <- function(n) 2 - 2 * cos(pi * (seq_len(n) - 1) / n)
  list(place = place, laplacian = general(laplacian), eigenvalues = as.numeric(outer(wave(across), wave(down), "+")),
    nodes = across * down, spacing_m = spacing_m)
}

# The regression without fields, effects ~ N(0, 1) but for the intercept: effects and the root of the precision of their law.
regression <- function(z, found, effort) {
  prior <- diag(c(1e-6, rep(1, ncol(z) - 1)))
  rate_of <- function(b) effort * exp(pmin(as.numeric(z %*% b), 10))
  loss <- function(b) {
    rate <- rate_of(b)
    sum(ifelse(found > 0, -log(-expm1(-rate)), rate)) + sum(prior %*% b * b) / 2
  }
  effects <- c(log(-log1p(-mean(found) / mean(effort))), rep(0, ncol(z) - 1))
  for (iteration in 1:50) {
    rate <- rate_of(effects)
    gradient <- crossprod(z, ifelse(found > 0, -rate / expm1(rate), rate)) + prior %*% effects
    precision <- crossprod(z, z * (rate^2 / expm1(rate))) + prior
    step <- as.numeric(solve(precision, gradient))
    size <- 1
    while (size > 1e-3 && !(loss(effects - size * step) <= loss(effects))) size <- size / 2
    effects <- effects - size * step
    if (max(abs(step)) < 1e-4) break
  }
  list(effects = effects, root = chol(precision))
}

# Mean over draws of the fields about their mode of P(a cell holds any), by cell; fixed: what of eta is not drawn.
mean_of_draws <- function(model, lattices, fixed, draws = 100) {
  mode <- model$env$last.par[model$env$random]
  factor <- Cholesky(model$env$spHess(model$env$last.par, random = TRUE), LDL = FALSE, super = TRUE)
  near <- seq_len(lattices$near$nodes)
  set.seed(17)
  total <- 0
  for (draw in seq_len(draws)) {
    field <- mode + as.numeric(solve(factor, solve(factor, rnorm(length(mode)), system = "Lt"), system = "Pt"))
    eta <- fixed + as.numeric(lattices$near$place %*% field[near]) + as.numeric(lattices$far$place %*% field[-near])
    total <- total - expm1(-exp(pmin(eta, 10)))
  }
  total / draws
}

# P(a cell holds any) of every cell.
fit <- function(class, rows, lattices) {
  z <- cbind(1, bases)
  data <- list(found = found(cells, class)[rows], effort = effort(cells, class)[rows])
  plain <- regression(z[rows, ], data$found, data$effort)
  # Effects in units in which they have little correlation: far fewer iterations.
  turn <- backsolve(plain$root, diag(ncol(z)))
  turned <- z %*% turn
  data <- c(data, list(bases = turned[rows, ], turn = turn[-1, ]))
  for (name in names(lattices)) {
    data[[paste0(name, "_place")]] <- general(lattices[[name]]$place[rows, ])
    data[[paste0(name, "_laplacian")]] <- lattices[[name]]$laplacian
    data[[paste0(name, "_eigenvalues")]] <- lattices[[name]]$eigenvalues
  }
  start <- list(effects = as.numeric(plain$root %*% plain$effects), near = rep(0, lattices$near$nodes),
    far = rep(0, lattices$far$nodes), log_range = log(c(6, 6)), log_sd = c(-0.5, -0.5))
  model <- MakeADFun(data, start, random = c("near", "far"), DLL = "lattice", silent = TRUE)
  best <- nlminb(model$par, model$fn, model$gr, control = list(iter.max = 60, rel.tol = 1e-6, step.min = 0.01, step.max = 1))
  model$fn(best$par)
  by <- split(best$par, names(best$par))
  cat(sprintf("%s: %s\n", class, best$message))
  cat(sprintf("%s: %d nodes, %d iterations, ranges %s m, sd %s\n", class, lattices$near$nodes + lattices$far$nodes, best$iterations,
    paste(round(exp(by$log_range) * c(lattices$near$spacing_m, lattices$far$spacing_m)), collapse = " and "),
    paste(round(exp(by$log_sd), 2), collapse = " and ")))
  mean_of_draws(model, lattices, as.numeric(turned %*% by$effects))
}

forecast <- function(class) {
  spacing_m <- if (length(argument) > 2) as.numeric(argument[3]) else max(300, 2 * cells$header$grid$cell_m)
  fit(class, which(effort(cells, class) > 0), list(near = lattice_of(spacing_m), far = lattice_of(max(1500, 3 * spacing_m))))
}
write_forecast(argument[2], forecast("mines"), forecast("erw"))
