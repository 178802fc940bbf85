#pragma once
#include <string>

#include "report/picture.h"

// What cairo.h calls cairo_t; the header itself stays out of ours.
struct _cairo;  // NOLINT(bugprone-reserved-identifier): the name is cairo's

namespace firmground::report {

/// The family of every text; fontconfig adds the Noto fonts of other scripts where a name needs them.
inline constexpr const char* kFontFamily =
    "Noto Sans,Noto Sans Arabic,Noto Sans Armenian,Noto Sans Georgian,Noto Sans Hebrew";

/// Draws the picture with its top left at (x, y) of the surface, in the surface's points.
void draw(const Picture& picture, double x, double y, _cairo* cairo);

/// The image as a PNG file; same pixels, same bytes.
std::string to_png(const Image& image);

}  // namespace firmground::report
