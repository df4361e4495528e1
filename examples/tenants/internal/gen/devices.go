package gen

import (
	"fmt"
	"strings"
	"time"
)

// device is a device object of the directory, with its record in Intune where
// Intune manages it.
type device struct {
	id, deviceID, name   string
	os, version          string
	trust                string // AzureAd, ServerAd, Workplace
	marker               string // extensionAttribute1
	profile              string // enrollment profile
	compliant, managed   bool
	restricted, personal bool
	owner                *user
	created              time.Time
}

// device adds a device that belongs to a user.
func (t *tenant) device(d device) *device {
	d.id, d.deviceID = t.guid("device", d.name), t.guid("device id", d.name)
	if d.created.IsZero() {
		d.created = t.created.AddDate(1, t.rng.IntN(18), t.rng.IntN(28))
	}
	t.devices = append(t.devices, &d)
	return t.devices[len(t.devices)-1]
}

func (t *tenant) deviceOf(u *user) *device {
	for _, d := range t.devices {
		if d.owner == u {
			return d
		}
	}
	return nil
}

// laptops gives each of the users a managed Windows laptop. Every n-th one is
// not compliant; none is when n is 0.
func (t *tenant) laptops(prefix, trust string, nth int, users []*user) {
	for i, u := range users {
		t.device(device{name: fmt.Sprintf("%s-%04d", prefix, 1100+i*7), os: "Windows", version: "10.0.26100.6899", trust: trust,
			managed: true, compliant: nth == 0 || (i+1)%nth != 0, owner: u})
	}
}

// phones registers a personal phone for each of the users.
func (t *tenant) phones(users []*user) {
	for i, u := range users {
		os, version := "IPhone", "18.7"
		if i%2 == 1 {
			os, version = "AndroidForWork", "15"
		}
		t.device(device{name: strings.Fields(u.name)[0] + "s " + strings.ToLower(os), os: os, version: version, trust: "Workplace", owner: u, personal: true})
	}
}

const deviceSelect = "id,deviceId,displayName,accountEnabled,isCompliant,isManaged,trustType,profileType,deviceOwnership,enrollmentProfileName," +
	"isManagementRestricted,operatingSystem,operatingSystemVersion,createdDateTime,approximateLastSignInDateTime,onPremisesSyncEnabled,extensionAttributes"

func (t *tenant) deviceRecord(d *device) rec {
	ownership := "Company"
	if d.personal {
		ownership = "Personal"
	}
	attributes := obj("extensionAttribute1", orNull(d.marker))
	for i := 2; i <= 15; i++ {
		attributes = attributes.with(fmt.Sprintf("extensionAttribute%d", i), nil)
	}
	return obj("id", d.id, "deviceId", d.deviceID, "displayName", d.name, "accountEnabled", true, "isCompliant", d.compliant, "isManaged", d.managed,
		"trustType", d.trust, "profileType", "RegisteredDevice", "deviceOwnership", ownership, "enrollmentProfileName", orNull(d.profile),
		"isManagementRestricted", orNullFlag(d.restricted), "operatingSystem", d.os, "operatingSystemVersion", d.version, "createdDateTime", d.created,
		"approximateLastSignInDateTime", t.seen(d), "onPremisesSyncEnabled", orNullFlag(d.trust == "ServerAd"), "extensionAttributes", attributes)
}

// seen is the last sign-in from the device in the log, or the day before.
func (t *tenant) seen(d *device) time.Time {
	last := Collected.Add(-time.Duration(20+int(d.id[0])) * time.Hour)
	for _, a := range t.attempts {
		if a.device == d && a.at.After(last) {
			last = a.at
		}
	}
	return last
}

const managedSelect = "id,azureADDeviceId,deviceName,userId,userPrincipalName,managedDeviceOwnerType,complianceState,isEncrypted,operatingSystem,osVersion," +
	"enrolledDateTime,lastSyncDateTime,deviceEnrollmentType,managementAgent"

func (t *tenant) managedRecord(d *device) rec {
	state, enrolment := "compliant", "windowsAzureADJoin"
	if !d.compliant {
		state = "noncompliant"
	}
	if d.trust == "ServerAd" {
		enrolment = "windowsCoManagement"
	}
	if d.profile != "" {
		enrolment = "windowsAutoEnrollment"
	}
	return obj("id", d.managedID(t), "azureADDeviceId", d.deviceID, "deviceName", d.name, "userId", d.owner.id, "userPrincipalName", d.owner.upn,
		"managedDeviceOwnerType", "company", "complianceState", state, "isEncrypted", d.compliant, "operatingSystem", d.os, "osVersion", d.version,
		"enrolledDateTime", d.created.Add(40*time.Minute), "lastSyncDateTime", t.seen(d).Add(-35*time.Minute), "deviceEnrollmentType", enrolment, "managementAgent", "mdm")
}

func (d *device) managedID(t *tenant) string { return t.guid("managed device", d.name) }

// inventory tells which programs Intune found on the devices.
func (t *tenant) inventory(on []*device, programs ...string) {
	var where []rec
	for _, d := range on {
		where = append(where, obj("id", d.managedID(t), "deviceName", d.name))
	}
	for _, p := range programs {
		t.detectedApps = append(t.detectedApps, obj("id", t.guid("program", p), "displayName", p, "version", "", "sizeInByte", 0, "deviceCount", len(on),
			"platform", "windows", "publisher", "Microsoft Corporation", "managedDevices", where))
	}
}

// windowsCompliance adds a compliance policy for Windows, assigned to a group
// or, where no group is given, to all devices.
func (t *tenant) windowsCompliance(name string, to *group, strict bool) {
	target := obj("@odata.type", "#microsoft.graph.allDevicesAssignmentTarget", "deviceAndAppManagementAssignmentFilterId", nil, "deviceAndAppManagementAssignmentFilterType", "none")
	if to != nil {
		target = obj("@odata.type", "#microsoft.graph.groupAssignmentTarget", "deviceAndAppManagementAssignmentFilterId", nil,
			"deviceAndAppManagementAssignmentFilterType", "none", "groupId", to.id)
	}
	id := t.guid("compliance", name)
	minimum := any(nil)
	if strict {
		minimum = "10.0.26100.4061"
	}
	t.compliance = append(t.compliance, obj("@odata.type", "#microsoft.graph.windows10CompliancePolicy", "id", id, "displayName", name, "description", nil,
		"createdDateTime", t.created.AddDate(1, 0, 4), "lastModifiedDateTime", t.created.AddDate(1, 3, 4), "version", 3,
		"passwordRequired", strict, "osMinimumVersion", minimum, "requireHealthyDeviceReport", strict, "bitLockerEnabled", strict, "secureBootEnabled", strict,
		"codeIntegrityEnabled", strict, "earlyLaunchAntiMalwareDriverEnabled", strict, "storageRequireEncryption", true,
		"assignments", []rec{obj("id", id+"_assignment", "target", target)}))
}
