# The cells that bench_export_cells wrote, as a list: header, data (columns by name), covariates.
# Headers are read by the small subset of JSON that it writes, through the package jsonlite.
read_cells <- function(path) {
  file <- file(path, "rb")
  on.exit(close(file))
  header <- jsonlite::fromJSON(readLines(file, 1), simplifyVector = FALSE)
  name <- vapply(header$columns, function(column) column$name, "")
  data <- lapply(name, function(n) readBin(file, "numeric", header$rows, size = 4, endian = "little"))
  names(data) <- name
  about <- Filter(function(column) isTRUE(column$covariate), header$columns)
  list(header = header, data = data, about = about)
}

effort <- function(cells, class) {
  share <- cells$data[[paste(class, "share searched")]]
  e <- share * cells$data[[paste(class, "detection")]]
  ifelse(share > 0 & is.finite(e), e, 0)
}
found <- function(cells, class) {
  f <- cells$data[[paste(class, "found")]]
  as.numeric(is.finite(f) & f > 0)
}

# Covariates as they enter a smooth: distances, which span decades, by their root; unknown values at the median. A class that is not
# known is a class of its own; halves, which say that ground was searched later (evidence/statements.h), are cut off.
covariates <- function(cells) {
  table <- list()
  for (about in cells$about) {
    value <- cells$data[[about$name]]
    known <- is.finite(value)
    if (about$categories > 0) {
      value <- factor(ifelse(known, floor(value), -1), levels = seq(-1, about$categories - 1))
    } else {
      value[!known] <- median(value[known])
      if (startsWith(about$name, "distance")) value <- sign(value) * sqrt(abs(value))
    }
    table[[make.names(about$name)]] <- value
  }
  as.data.frame(table)
}

write_forecast <- function(path, mines, erw) {
  file <- file(path, "wb")
  writeBin(c(1 - (1 - mines) * (1 - erw), mines), file, size = 4, endian = "little")
  close(file)
}
