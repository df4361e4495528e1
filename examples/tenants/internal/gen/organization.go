package gen

import "time"

// settings are the tenant-wide policies.
type settings struct {
	sspr            bool // administrators may reset their own password
	usersMayConsent bool
	usersMakeApps   bool
	usersMakeOrgs   bool
	invites         string // allowInvitesFrom
	weakMethods     bool   // SMS, voice and software tokens are on
	tapOnce         bool
	tap             bool
	joinNeedsMFA    bool
	laps            bool
	partners        []rec
}

func (t *tenant) organizationRecord() rec {
	synced, last := any(nil), any(nil)
	if !t.cloudOnly {
		synced, last = true, Collected.Add(-17*time.Minute)
	}
	var plans []rec
	seen := map[plan]bool{}
	for _, s := range t.skus {
		for _, p := range s.plans {
			if !seen[p] {
				seen[p] = true
				plans = append(plans, obj("assignedDateTime", t.created.AddDate(0, 1, 0), "capabilityStatus", "Enabled", "service", p.service, "servicePlanId", p.id))
			}
		}
	}
	return obj("id", t.id, "displayName", t.display, "tenantType", "AAD", "countryLetterCode", "GB", "createdDateTime", t.created,
		"onPremisesSyncEnabled", synced, "onPremisesLastSyncDateTime", last, "technicalNotificationMails", []string{"it-service@" + t.domain}, "assignedPlans", plans,
		"verifiedDomains", []rec{
			obj("capabilities", "Email, OfficeCommunicationsOnline", "isDefault", false, "isInitial", true, "name", t.initialDomain, "type", "Managed"),
			obj("capabilities", "Email, OfficeCommunicationsOnline", "isDefault", true, "isInitial", false, "name", t.domain, "type", "Managed"),
		})
}

func (t *tenant) domainRecords() []rec {
	domain := func(name string, initial bool) rec {
		return obj("id", name, "authenticationType", "Managed", "availabilityStatus", nil, "isAdminManaged", true, "isDefault", !initial, "isInitial", initial,
			"isRoot", true, "isVerified", true, "supportedServices", []string{"Email", "OfficeCommunicationsOnline"}, "passwordValidityPeriodInDays", 2147483647)
	}
	return []rec{domain(t.initialDomain, true), domain(t.domain, false)}
}

func (t *tenant) skuRecords() []rec {
	var out []rec
	for _, s := range t.skus {
		used := 0
		for _, u := range t.users {
			if has(u.skus, s.part) {
				used++
			}
		}
		var plans []rec
		for _, p := range s.plans {
			plans = append(plans, obj("servicePlanId", p.id, "servicePlanName", p.name, "provisioningStatus", "Success", "appliesTo", "User"))
		}
		out = append(out, obj("id", t.id+"_"+s.id, "skuId", s.id, "skuPartNumber", s.part, "capabilityStatus", "Enabled", "appliesTo", "User",
			"consumedUnits", used, "prepaidUnits", obj("enabled", s.bought, "suspended", 0, "warning", 0, "lockedOut", 0), "servicePlans", plans))
	}
	return out
}

func (t *tenant) authorizationPolicy() rec {
	grants := []string{}
	if t.settings.usersMayConsent {
		grants = []string{"ManagePermissionGrantsForSelf.microsoft-user-default-legacy"}
	}
	return obj("id", "authorizationPolicy", "displayName", "Authorization Policy", "description", "Used to manage authorization related settings across the company.",
		"allowInvitesFrom", t.settings.invites, "allowedToSignUpEmailBasedSubscriptions", t.settings.usersMayConsent, "allowedToUseSSPR", t.settings.sspr,
		"allowEmailVerifiedUsersToJoinOrganization", false, "allowUserConsentForRiskyApps", nil, "blockMsolPowerShell", true,
		"guestUserRoleId", "10dae51f-b6af-4016-8d66-8c2a99b929b3",
		"defaultUserRolePermissions", obj("allowedToCreateApps", t.settings.usersMakeApps, "allowedToCreateSecurityGroups", t.settings.usersMakeApps,
			"allowedToCreateTenants", t.settings.usersMakeOrgs, "allowedToReadBitlockerKeysForOwnedDevice", true, "allowedToReadOtherUsers", true,
			"permissionGrantPoliciesAssigned", grants))
}

func (t *tenant) methodsPolicy() rec {
	state := func(on bool) string {
		if on {
			return "enabled"
		}
		return "disabled"
	}
	everyone := []rec{obj("targetType", "group", "id", "all_users", "isRegistrationRequired", false)}
	method := func(kind, id string, on bool, more ...any) rec {
		return obj("@odata.type", "#microsoft.graph."+kind+"AuthenticationMethodConfiguration", "id", id, "state", state(on), "excludeTargets", []rec{}).
			with(more...).with("includeTargets", everyone)
	}
	weak := t.settings.weakMethods
	return obj("id", "authenticationMethodsPolicy", "displayName", "Authentication Methods Policy",
		"description", "The tenant-wide policy that controls which authentication methods are allowed in the tenant, authentication method registration requirements, and self-service password reset settings",
		"lastModifiedDateTime", t.created.AddDate(2, 0, 9), "policyVersion", "1.5", "policyMigrationState", "migrationComplete",
		"registrationEnforcement", obj("authenticationMethodsRegistrationCampaign", obj("snoozeDurationInDays", 1, "state", "default", "excludeTargets", []rec{},
			"includeTargets", []rec{obj("id", "all_users", "targetType", "group", "targetedAuthenticationMethod", "microsoftAuthenticator")})),
		"authenticationMethodConfigurations", []rec{
			method("fido2", "Fido2", true, "isSelfServiceRegistrationAllowed", true, "isAttestationEnforced", !weak,
				"keyRestrictions", obj("isEnforced", !weak, "enforcementType", "allow", "aaGuids", allowedKeys(!weak))),
			method("microsoftAuthenticator", "MicrosoftAuthenticator", true, "isSoftwareOathEnabled", weak),
			method("sms", "Sms", weak),
			method("temporaryAccessPass", "TemporaryAccessPass", t.settings.tap, "defaultLength", 8, "defaultLifetimeInMinutes", 60, "isUsableOnce", t.settings.tapOnce,
				"minimumLifetimeInMinutes", 60, "maximumLifetimeInMinutes", 480),
			method("softwareOath", "SoftwareOath", weak),
			method("voice", "Voice", weak, "isOfficePhoneAllowed", false),
			method("email", "Email", weak, "allowExternalIdToUseEmailOtp", "default"),
			method("x509Certificate", "X509Certificate", false),
		})
}

func allowedKeys(enforced bool) []string {
	out := []string{}
	if enforced {
		for _, k := range securityKeys {
			out = append(out, k.aaGUID)
		}
	}
	return out
}

func (t *tenant) deviceRegistrationPolicy() rec {
	mfa := "notRequired"
	if t.settings.joinNeedsMFA {
		mfa = "required"
	}
	everyone := obj("@odata.type", "#microsoft.graph.allDeviceRegistrationMembership")
	nobody := obj("@odata.type", "#microsoft.graph.noDeviceRegistrationMembership")
	return obj("id", "deviceRegistrationPolicy", "displayName", "Device Registration Policy",
		"description", "Tenant-wide policy that manages initial provisioning controls using quota restrictions, additional authentication and authorization checks",
		"userDeviceQuota", 20, "multiFactorAuthConfiguration", mfa, "azureADRegistration", obj("isAdminConfigurable", false, "allowedToRegister", everyone),
		"azureADJoin", obj("isAdminConfigurable", true, "allowedToJoin", everyone,
			"localAdmins", obj("enableGlobalAdmins", !t.settings.laps, "registeringUsers", nobody)),
		"localAdminPassword", obj("isEnabled", t.settings.laps))
}

func (t *tenant) crossTenantDefault() rec {
	open := func(access string) rec {
		return obj("usersAndGroups", obj("accessType", access, "targets", []rec{obj("target", "AllUsers", "targetType", "user")}),
			"applications", obj("accessType", access, "targets", []rec{obj("target", "AllApplications", "targetType", "application")}))
	}
	return obj("isServiceDefault", true,
		"inboundTrust", obj("isMfaAccepted", false, "isCompliantDeviceAccepted", false, "isHybridAzureADJoinedDeviceAccepted", false),
		"b2bCollaborationOutbound", open("allowed"), "b2bCollaborationInbound", open("allowed"),
		"b2bDirectConnectOutbound", open("blocked"), "b2bDirectConnectInbound", open("blocked"))
}

// partner is another organisation with settings of its own.
func (t *tenant) partner(name string, provider, mfa, compliant bool) {
	t.settings.partners = append(t.settings.partners, obj("tenantId", t.guid("home tenant", name), "isServiceProvider", orNullFlag(provider), "isInMultiTenantOrganization", false,
		"inboundTrust", obj("isMfaAccepted", mfa, "isCompliantDeviceAccepted", compliant, "isHybridAzureADJoinedDeviceAccepted", false),
		"b2bCollaborationOutbound", nil, "b2bCollaborationInbound", nil, "b2bDirectConnectOutbound", nil, "b2bDirectConnectInbound", nil))
}
