#pragma once

#include <limits>
#include <string>

#include "core/store/rows.h"

namespace lorascope::store {

class Database;

/// SQLite has no NaN: it is stored as NULL and read back as NaN.
inline constexpr double kNotANumber = std::numeric_limits<double>::quiet_NaN();

// Inside the caller's transaction; shared by RunStore and MetricWriter.

void insert_event(Database& database, RunId run, const Event& event);
void insert_spectrum(Database& database, RunId run, const Spectrum& spectrum);
void insert_heartbeat(Database& database, RunId run, const Heartbeat& heartbeat);
/// The series' row, made where it is missing.
std::int64_t find_or_make_series(Database& database, RunId run, const std::string& name);
void insert_point(Database& database, std::int64_t series_id, const MetricPoint& point);

}  // namespace lorascope::store
