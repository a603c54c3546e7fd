// SPDX-License-Identifier: Apache-2.0
// What follows from the findings: what will be used, what will not work, and what to change.
#pragma once

#include "doctor/machine.h"
#include "doctor/report.h"
#include "doctor/trial.h"

namespace pwru::doctor {

// `report` has its groups.
void conclude(const Machine& machine, const Trial& trial, Report& report);

}  // namespace pwru::doctor
