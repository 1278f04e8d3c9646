"""The official Python SDK, unchanged, takes tasks through their lives with v3 and with v5; rows are compared at both ends.

Run by scripts/test-clients.mjs, which says where the backend is (DRS_READY) and where its data directory is (DRS_DATA).
"""

import json
import os
import sys
import time
import warnings

import pg8000.native
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkcore.warning.warning import TypeConversionWarning
from huaweicloudsdkdrs.v3 import DrsClient as DrsClientV3
from huaweicloudsdkdrs import v3, v5

ready = json.loads(os.environ["DRS_READY"])
data_dir = os.environ["DRS_DATA"]
models = json.load(open(os.environ["DRS_MODELS"]))
password = json.load(open(os.path.join(data_dir, "identity.json")))["databasePassword"]


def port(server):
    return int(open(os.path.join(data_dir, f"{server}.port")).read())


def sql(server, database, text):
    connection = pg8000.native.Connection(
        "postgres", host="127.0.0.1", port=port(server), database=database, password=password
    )
    try:
        return connection.run(text)
    finally:
        connection.close()


def client(builder):
    credentials = BasicCredentials(ready["access_key"], ready["secret_key"], ready["project_id"])
    return builder.with_credentials(credentials).with_endpoint(ready["endpoint"]).build()


steps = 0


def step(text):
    global steps
    steps += 1
    print(f"  {text}", flush=True)


def until(what, read, seconds=60):
    end = time.monotonic() + seconds
    while True:
        value = read()
        if value:
            return value
        if time.monotonic() > end:
            sys.exit(f"not so within {seconds} s: {what}")
        time.sleep(0.3)


def only(answer):
    (result,) = answer.results
    assert not result.error_code, f"{result.error_code} {result.error_msg}"
    return result


def same_rows(database):
    text = "SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) FROM t"
    until("rows are alike at both ends", lambda: sql("source", database, text) == sql("target", database, text))
    ((count, _),) = sql("target", database, text)
    return count


def databases(name):
    sql("source", "postgres", f"CREATE DATABASE {name}")
    sql("target", "postgres", f"CREATE DATABASE {name}")
    sql("source", name, "CREATE TABLE t (id int PRIMARY KEY, v text)")
    sql("source", name, "INSERT INTO t SELECT n, md5(n::text) FROM generate_series(1, 20000) n")


def facts_of_models():
    """The repository's facts are those of this SDK."""
    fields = 0
    for version, module in (("v3", v3), ("v5", v5)):
        for name, model in models[version]["models"].items():
            own = getattr(module, name, None)
            if own is None:
                continue
            types = {own.attribute_map[key]: kind for key, kind in own.openapi_types.items()}
            kept = {key: kind.rstrip("!") for key, kind in model["fields"].items()}
            assert types == kept, f"{version} {name}: {types} {kept}"
            fields += len(types)
    assert fields > 3000, fields
    step(f"{fields} fields of the repository's models are this SDK's")


def life_v3(database):
    databases(database)
    drs = client(DrsClientV3.new_builder())

    def end(server):
        login = dict(db_type="postgresql", ip="127.0.0.1", db_port=port(server))
        return dict(**login, db_user="postgres", db_password=password, db_name=database)

    job = v3.CreateJobReq(
        name="python-v3", db_use_type="sync", engine_type="postgresql", job_direction="non-dbs", net_type="eip",
        node_type="micro", task_type="FULL_INCR_TRANS", customize_sutnet_id="subnet", expired_days="20",
        is_target_readonly=False, tags=[v3.ResourceTag(key="stage", value="test")],
        source_endpoint=v3.Endpoint(**end("source")), target_endpoint=v3.Endpoint(**end("target")),
    )  # fmt: skip
    made = only(drs.batch_create_jobs(v3.BatchCreateJobsRequest(body=v3.BatchCreateJobReq(jobs=[job]))))
    step("v3 create")

    def status():
        body = v3.BatchQueryJobReqPage(jobs=[made.id])
        return only(drs.batch_list_job_status(v3.BatchListJobStatusRequest(body=body))).status

    def reaches(name):
        until(f"v3 {name}", lambda: status() == name)
        step(f"v3 {name}")

    reaches("CONFIGURATION")
    for server, role in (("source", "so"), ("target", "ta")):
        test = v3.TestEndPoint(id=made.id, net_type="eip", end_point_type=role, **end(server))
        body = v3.BatchTestConnectionReq(jobs=[test])
        result = only(drs.batch_validate_connections(v3.BatchValidateConnectionsRequest(body=body)))
        assert result.status == "true", result
    step("v3 connections")
    policy = v3.SyncPolicyReq(job_id=made.id, conflict_policy="stop", index_trans=True)
    body = v3.BatchSetupSyncPolicyReq(jobs=[policy])
    only(drs.batch_set_policy(v3.BatchSetPolicyRequest(body=body)))
    check = v3.PreCheckInfo(job_id=made.id, precheck_mode="forStartJob")
    only(drs.batch_check_jobs(v3.BatchCheckJobsRequest(body=v3.BatchPrecheckReq(jobs=[check]))))

    def checked():
        body = v3.BatchQueryPrecheckResultReq(jobs=[made.id])
        return only(drs.batch_check_results(v3.BatchCheckResultsRequest(body=body))).result

    until("the pre-check passes", checked)
    start = v3.BatchStartJobReq(jobs=[v3.StartInfo(job_id=made.id, start_time="")])
    only(drs.batch_start_jobs(v3.BatchStartJobsRequest(body=start)))
    reaches("INCRE_TRANSFER_STARTED")
    step(f"v3 {same_rows(database)} rows")
    detail = only(drs.batch_list_job_details(v3.BatchListJobDetailsRequest(body=v3.BatchQueryJobReqPage(jobs=[made.id]))))
    sent = (detail.inst_info.inst_type, detail.subnet_id, detail.is_target_readonly, detail.tags[0].key)
    assert sent == ("micro", "subnet", False, "stage"), sent
    listed = drs.show_job_list(v3.ShowJobListRequest(body=v3.QueryJobsReq(cur_page=1, per_page=10, db_use_type="sync", name=made.id)))
    assert [one.id for one in listed.jobs] == [made.id]
    assert drs.show_quotas(v3.ShowQuotasRequest()).quotas.resource.used >= 1
    step("v3 detail, list, quotas")
    pause = v3.BatchPauseJobReq(jobs=[v3.PauseInfo(job_id=made.id, pause_mode="target")])
    only(drs.batch_stop_jobs(v3.BatchStopJobsRequest(body=pause)))
    reaches("PAUSING")
    sql("source", database, "UPDATE t SET v = 'changed' WHERE id <= 100; DELETE FROM t WHERE id > 19990")
    retry = v3.BatchRetryReq(jobs=[v3.RetryInfo(job_id=made.id)])
    only(drs.batch_restore_task(v3.BatchRestoreTaskRequest(body=retry)))
    reaches("INCRE_TRANSFER_STARTED")
    step(f"v3 {same_rows(database)} rows")
    for kind, name in (("terminate", "RELEASE_RESOURCE_COMPLETE"), ("delete", None)):
        delete = v3.BatchDeleteJobReq(jobs=[v3.DeleteJobReq(job_id=made.id, delete_type=kind)])
        only(drs.batch_delete_jobs(v3.BatchDeleteJobsRequest(body=delete)))
        if name:
            reaches(name)
    step("v3 deleted")


def endpoint_v5(database, server, role):
    at = v5.BaseEndpoint(
        endpoint_name="postgresql", ip="127.0.0.1", db_port=str(port(server)), db_user="postgres",
        db_password=password, db_name=database,
    )  # fmt: skip
    return v5.JobEndpointInfo(db_type="postgresql", endpoint_type="offline", endpoint_role=role, endpoint=at)


def life_v5(database):
    databases(database)
    drs = client(v5.DrsClient.new_builder())

    ends = (endpoint_v5(database, "source", "so"), endpoint_v5(database, "target", "ta"))
    base = v5.JobBaseInfo(
        name="python-v5", job_type="sync", engine_type="postgresql", job_direction="non-dbs", net_type="eip",
        task_type="FULL_INCR_TRANS", expired_days="20",
    )  # fmt: skip
    node = v5.JobNodeInfo(
        spec=v5.JobNodeSpecInfo(node_type="micro"), vpc=v5.JobNodeVpcInfo(vpc_id="vpc", subnet_id="subnet")
    )
    job = v5.CreateJobReq(base_info=base, source_endpoint=[ends[0]], target_endpoint=[ends[1]], node_info=node)
    id = drs.create_job(v5.CreateJobRequest(body=v5.SingleCreateJobReq(job=job))).id
    step("v5 create")

    def detail(kind, **more):
        return drs.show_job_detail(v5.ShowJobDetailRequest(job_id=id, type=kind, **more)).job

    def reaches(name):
        until(f"v5 {name}", lambda: detail("overview").status == name)
        step(f"v5 {name}")

    def act(name, **params):
        action = v5.ActionReq(action_name=name, action_params=v5.ActionParams(**params))
        body = v5.JobActionReq(job=action)
        return drs.execute_job_action(v5.ExecuteJobActionRequest(job_id=id, body=body)).query_id

    reaches("CONFIGURATION")
    query = act("network", endpoints=list(ends))
    results = until("the connections are tested", lambda: detail("network", query_id=query).network_results)
    assert all(one.success for one in results), results
    collected = drs.collect_db_objects_async(v5.CollectDbObjectsAsyncRequest(job_id=id, type="source")).id
    state = v5.ShowDbObjectCollectionStatusRequest(job_id=id, query_id=collected)
    read = until("objects are read", lambda: drs.show_db_object_collection_status(state).object_info)
    assert list(read[database].schemas["public"].tables) == ["t"], read
    update = v5.UpdateJobReq(type="db_object", params=v5.UpdateJob(db_object=v5.DbObject(object_scope="table", object_info=read)))
    drs.update_job(v5.UpdateJobRequest(job_id=id, body=v5.SingleUpdateJobReq(job=update)))
    query = act("precheck", precheck_mode="forStartJob")
    until("the pre-check passes", lambda: detail("precheck", query_id=query).precheck_result.result)
    act("start")
    reaches("INCRE_TRANSFER_STARTED")
    step(f"v5 {same_rows(database)} rows")
    whole = detail("detail")
    sent = (whole.node_info.spec.node_type, whole.node_info.vpc.subnet_id, whole.base_info.expired_days)
    assert sent == ("micro", "subnet", "20"), sent
    tags = v5.BatchDealResourceTagReq(action="create", tags=[v5.BatchResourceTag(key="a", value="1")])
    drs.batch_tag_action(v5.BatchTagActionRequest(resource_type="sync", job_id=id, body=tags))
    assert detail("detail").base_info.tags[0].value == "1"
    assert drs.list_links(v5.ListLinksRequest(job_type="sync")).total_count == 9
    assert "PAUSE" in drs.show_actions(v5.ShowActionsRequest(job_id=id)).job_action.available_actions
    step("v5 detail, tags, links, actions")
    act("stop", pause_mode="target")
    reaches("PAUSING")
    sql("source", database, "INSERT INTO t SELECT n, 'more' FROM generate_series(30001, 30500) n")
    act("restart")
    reaches("INCRE_TRANSFER_STARTED")
    step(f"v5 {same_rows(database)} rows")
    compare = act("create_compare", compare_task_param=v5.CompareTaskParams(type="lines"))

    def compared():
        found = detail("compare", query_type="list").compare_result.data_compare_task_list
        return [one for one in found if one.id == compare and one.status == "SUCCESSFUL"]

    until("the comparison ends", compared)
    step("v5 comparison")
    act("terminate")
    reaches("RELEASE_RESOURCE_COMPLETE")
    drs.delete_job(v5.DeleteJobRequest(job_id=id))
    try:
        detail("overview")
        sys.exit("the deleted task is still there")
    except ClientRequestException as error:
        assert error.error_code == "DRS.10000010", error
    step("v5 deleted")
    return database


class Samples:
    """The least that an operation's models ask for, with the ids of things that are there."""

    def __init__(self, module, facts, ids):
        self.module, self.facts, self.ids = module, facts, ids
        self.count = 0

    def of(self, kind, field, values=()):
        kind = kind.rstrip("!")
        if field in self.ids:
            value = self.ids[field]
            return [value] if kind == "list[str]" else value
        if kind.startswith("list["):
            return [self.of(kind[5:-1], field)]
        if kind.startswith("dict("):
            return {}
        if kind in self.facts["models"]:
            return self.model(kind)
        if kind == "str":
            self.count += 1
            return values[0] if values else f"sample-{self.count}"
        return {"int": 1, "float": 1.0, "bool": False, "object": {}}[kind]

    def model(self, name):
        model = self.facts["models"][name]
        own = getattr(self.module, name)
        names = {key: attribute for attribute, key in own.attribute_map.items()}
        wanted = {key: kind for key, kind in model["fields"].items() if kind.endswith("!") or key == "body"}
        listed = model.get("values", {})
        return own(**{names[key]: self.of(kind, key, listed.get(key, ())) for key, kind in wanted.items()})


def every_operation(database):
    """Each operation of both versions answers in the SDK's types, or refuses with a code of the service."""
    warnings.simplefilter("error", TypeConversionWarning)
    answered, refused, uploads = 0, [], 0
    for version, module, builder in (("v3", v3, DrsClientV3), ("v5", v5, v5.DrsClient)):
        drs = client(builder.new_builder())
        facts = models[version]
        base = v5.JobBaseInfo(
            name=f"every-{version}", job_type="sync", engine_type="postgresql", job_direction="non-dbs",
            net_type="eip", task_type="FULL_INCR_TRANS",
        )  # fmt: skip
        ends = [endpoint_v5(database, *end) for end in (("source", "so"), ("target", "ta"))]
        node = v5.JobNodeInfo(spec=v5.JobNodeSpecInfo(node_type="micro"))
        job = v5.CreateJobReq(base_info=base, source_endpoint=ends[:1], target_endpoint=ends[1:], node_info=node)
        maker = client(v5.DrsClient.new_builder())
        id = maker.create_job(v5.CreateJobRequest(body=v5.SingleCreateJobReq(job=job))).id
        ids = dict(job_id=id, resource_id=id, jobs=id, id=id, limit=10, offset=0, engine_type="postgresql", db_type="postgresql")
        samples = Samples(module, facts, ids)
        # What ends or removes the task comes last.
        last = lambda item: any(word in item[0] for word in ("delete", "stop", "action", "restore", "clean"))
        for name, operation in sorted(facts["operations"].items(), key=last):
            if "file!" in str(facts["models"].get(facts["models"][operation["request"]]["fields"].get("body", "").rstrip("!"))):
                uploads += 1
                continue
            try:
                getattr(drs, name)(samples.model(operation["request"]))
                answered += 1
            except ClientRequestException as error:
                assert error.error_code.startswith("DRS."), f"{version} {name}: {error}"
                refused.append(f"{version} {name}: {error.error_code} {error.error_msg}")
            except Exception as error:
                sys.exit(f"{version} {name}: {type(error).__name__} {error}")
    for line in refused if "-v" in sys.argv else ():
        print(f"    {line}")
    step(f"every operation: {answered} answered, {len(refused)} refused, {uploads} uploads not called")


print("official Python SDK")
facts_of_models()
life_v3("python_three")
every_operation(life_v5("python_five"))
print(f"{steps} steps passed")
