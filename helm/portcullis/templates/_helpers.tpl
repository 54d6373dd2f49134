{{- define "portcullis.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 52 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 52 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "portcullis.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "portcullis.labels" -}}
{{ include "portcullis.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "portcullis.serviceAccount" -}}
{{- .Values.serviceAccount.name | default (include "portcullis.name" .) }}
{{- end }}

{{- define "portcullis.policies" -}}
{{- .Values.policies.existingConfigMap | default (printf "%s-policies" (include "portcullis.name" .)) }}
{{- end }}

{{/* What can't work is said when it is rendered, not by a pod that does not start. */}}
{{- define "portcullis.check" -}}
{{- $many := or (gt (int .Values.replicaCount) 1) .Values.autoscaling.enabled }}
{{- if and $many (not .Values.redis.enabled) }}{{ fail "several gateways need redis.enabled: else each counts limits and budgets for itself" }}{{ end }}
{{- if and $many (not .Values.database.postgres) }}{{ fail "several gateways need database.postgres: else each has keys and records of its own" }}{{ end }}
{{- if and (or .Values.redis.enabled .Values.database.postgres .Values.admin.key) (not .Values.existingSecret) }}{{ fail "existingSecret is needed for redis, database and admin.key" }}{{ end }}
{{- end }}

{{- define "portcullis.secretVariable" -}}
- name: GATEWAY_{{ .name }}
  valueFrom: {secretKeyRef: {name: {{ .secret | quote }}, key: {{ .key }}}}
{{- end }}
